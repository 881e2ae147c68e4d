"""Alembic's environment: runs inside the gateway's own connection, see `bot.database.migrate`."""

from alembic import context

import bot.channels.models
import bot.conversations.models
import bot.desk.models
from bot.database import Base

__all__ = ["bot"]

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
