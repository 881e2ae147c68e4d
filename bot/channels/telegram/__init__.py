"""The Telegram channel: updates come in and are stored first; answers wait in an outbox until Telegram has them."""
