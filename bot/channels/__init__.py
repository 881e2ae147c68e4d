"""One module a channel: how people's messages come in and answers go out."""
