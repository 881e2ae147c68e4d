"""What the bot shows before anybody writes: its menu of commands and its description, in every offered language."""

from __future__ import annotations

from telegram import BotCommand, BotCommandScopeAllPrivateChats, MenuButtonCommands

from bot.catalogue import N_, translate
from bot.channels.telegram.api import Api, insist
from bot.channels.telegram.commands import COMMANDS
from bot.languages import SOURCE, offered

# Translators: it stands in an app that somebody else may look at; it must not tell what people write about. At most
# 120 characters.
_SHORT = N_("Information and contact. Free. Write in your own language.")
# Translators: as neutral as the line before. At most 512 characters.
_LONG = N_(
    "Information and contact in Brussels, free and in many languages. A computer program answers; you can also ask "
    "for a human. Nobody asks your name."
)


async def introduce(api: Api) -> None:
    """Tell Telegram, with as much patience as it takes. Raises InvalidToken."""
    await insist(lambda: api.bot.set_chat_menu_button(menu_button=MenuButtonCommands()), "setChatMenuButton")
    # Without a language first: what people see whose app speaks none of ours.
    for code in (None, *offered()):
        await _introduce_in(api, code)


async def _introduce_in(api: Api, code: str | None) -> None:
    language = code or SOURCE
    bot = api.bot
    commands = [BotCommand(command.name, translate(command.description, language)) for command in COMMANDS]
    scope = BotCommandScopeAllPrivateChats()
    await insist(lambda: bot.set_my_commands(commands, scope=scope, language_code=code), "setMyCommands")
    await insist(lambda: bot.set_my_description(translate(_LONG, language), language_code=code), "setMyDescription")
    short = translate(_SHORT, language)
    await insist(lambda: bot.set_my_short_description(short, language_code=code), "setMyShortDescription")
