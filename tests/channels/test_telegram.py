"""What people get who write to the bot on Telegram."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.channels.models import TelegramUpdate
from bot.conversations import handoffs
from bot.conversations.body import Body, Button
from bot.conversations.handoffs import Request
from bot.conversations.models import Conversation, Delivery, Message, Sender, Urgency
from bot.conversations.rasa import Reply
from bot.conversations.retention import erase
from bot.gateway import Gateway
from bot.languages import offered
from tests.channels.bot_api import TOKEN, BotApi, Failure
from tests.channels.conftest import Runs
from tests.conftest import DecidedBrain

MENU = Reply(
    (
        Body(
            "What do you need?",
            buttons=(Button("A bed", '/ask_shelter{"x": "' + 80 * "y" + '"}'), Button("Law", "/law")),
        ),
    ),
    language="en",
)


async def count(gateway: Gateway, table: Any) -> int:
    async with gateway.store.sessions() as session:
        return (await session.scalar(select(func.count()).select_from(table))) or 0


async def only_conversation(gateway: Gateway) -> str:
    async with gateway.store.sessions() as session:
        return (await session.scalars(select(Conversation.id))).one()


async def test_a_message_is_answered_with_buttons(gateway: Gateway, bot_api: BotApi, brain: DecidedBrain) -> None:
    brain.think = lambda text: MENU

    bot_api.says(5, "hello")
    await bot_api.until(lambda: bot_api.texts(5))

    sent = bot_api.called("sendMessage")[0]
    assert sent["text"] == "What do you need?"
    titles = [[button["text"] for button in row] for row in sent["reply_markup"]["inline_keyboard"]]
    assert titles == [["A bed"], ["Law"]]
    assert "parse_mode" not in sent
    assert sent["link_preview_options"] == {"is_disabled": True}
    assert brain.heard == ["hello"]


async def test_an_update_is_acknowledged_only_after_it_is_stored(gateway: Gateway, bot_api: BotApi) -> None:
    update = bot_api.says(5, "hello")
    await bot_api.until(lambda: any("offset" in call for call in bot_api.called("getUpdates")))

    assert await count(gateway, TelegramUpdate) == 1
    offsets = [call["offset"] for call in bot_api.called("getUpdates") if "offset" in call]
    assert offsets[0] == update["update_id"] + 1


async def test_the_same_update_delivered_five_times_also_across_a_restart_is_answered_once(
    runs: Runs, bot_api: BotApi, brain: DecidedBrain
) -> None:
    for _ in range(2):
        async with runs():
            for _ in range(5):
                bot_api.delivers(bot_api.message(5, text="only once"), update_id=600)
            bot_api.delivers(bot_api.message(6, text="the end"))
            seen = len(bot_api.texts(6))
            await bot_api.until(lambda seen=seen: len(bot_api.texts(6)) > seen)
            await bot_api.until(lambda: bot_api.texts(5))

    assert brain.heard.count("only once") == 1
    assert bot_api.texts(5) == ["you said: only once"]


async def test_what_was_stored_before_a_crash_is_handled_after_it(
    runs: Runs, bot_api: BotApi, brain: DecidedBrain
) -> None:
    update = {"update_id": 950, **bot_api.message(5, text="before the crash")}
    # As a gateway leaves it that dies between storing and handling.
    async with runs(telegram=False) as gateway, gateway.store.sessions.begin() as session:
        sealed = gateway.master_key.seal(json.dumps(update))
        session.add(TelegramUpdate(update_id=950, body=sealed, received_at=gateway.store.now()))
    assert brain.heard == []

    async with runs():
        await bot_api.until(lambda: bot_api.texts(5))

    assert bot_api.texts(5) == ["you said: before the crash"]


async def test_what_was_to_be_sent_before_a_crash_is_sent_after_it_in_order(runs: Runs, bot_api: BotApi) -> None:
    async with runs():
        bot_api.says(5, "hello")
        await bot_api.until(lambda: bot_api.texts(5))
    async with runs(telegram=False) as gateway:
        lines = [Body(f"line {n}") for n in range(4)]
        await gateway.store.append(await only_conversation(gateway), Sender.COUNSELLOR, lines)

    async with runs():
        await bot_api.until(lambda: len(bot_api.texts(5)) == 5)

    assert bot_api.texts(5) == ["you said: hello", "line 0", "line 1", "line 2", "line 3"]


async def test_a_long_message_comes_in_parts_with_the_buttons_under_the_last(
    gateway: Gateway, bot_api: BotApi, brain: DecidedBrain
) -> None:
    brain.think = lambda text: Reply((Body("a" * 4000 + "\n\n" + "b" * 4000, buttons=(Button("Law", "/law"),)),))
    bot_api.fails("sendMessage", Failure(500))

    bot_api.says(5, "hello")
    await bot_api.until(lambda: len(bot_api.texts(5)) == 2)

    assert bot_api.texts(5) == ["a" * 4000, "b" * 4000]
    first, second = [m for m in bot_api.chats[5].values() if m["from"]["is_bot"]]
    assert "reply_markup" not in first and "reply_markup" in second


async def test_somebody_who_writes_faster_than_anybody_reads_loses_nothing(
    gateway: Gateway, bot_api: BotApi, brain: DecidedBrain
) -> None:
    brain.release.clear()
    for n in range(25):
        bot_api.says(5, f"line {n}")
    await bot_api.until(lambda: brain.heard)
    brain.release.set()

    await bot_api.until(lambda: len(brain.heard) == 25)

    assert brain.heard == [f"line {n}" for n in range(25)]


async def test_nothing_tells_after_two_days_when_somebody_wrote(runs: Runs, bot_api: BotApi) -> None:
    async with runs(telegram=False) as gateway, gateway.store.sessions.begin() as session:
        old = gateway.store.now() - timedelta(hours=49)
        session.add(TelegramUpdate(update_id=1, body=b"", received_at=old))

    async with runs() as gateway:
        update = bot_api.says(5, "hello")
        await bot_api.until(lambda: bot_api.texts(5))
        async with gateway.store.sessions() as session:
            assert list(await session.scalars(select(TelegramUpdate.update_id))) == [update["update_id"]]


async def test_a_handled_update_keeps_no_words(gateway: Gateway, bot_api: BotApi) -> None:
    bot_api.says(5, "hello")
    await bot_api.until(lambda: bot_api.texts(5))

    async with gateway.store.sessions() as session:
        assert list(await session.scalars(select(TelegramUpdate.body))) == [b""]


async def test_a_tap_sends_the_payload_of_its_button_and_the_buttons_go(
    gateway: Gateway, bot_api: BotApi, brain: DecidedBrain
) -> None:
    brain.think = lambda text: MENU
    bot_api.says(5, "hello")
    await bot_api.until(lambda: bot_api.texts(5))

    bot_api.taps(5, "A bed")
    await bot_api.until(lambda: len(bot_api.texts(5)) == 2 and bot_api.called("editMessageReplyMarkup"))
    await bot_api.until(lambda: bot_api.called("answerCallbackQuery"))

    assert brain.heard[1].startswith("/ask_shelter{")
    assert "reply_markup" not in bot_api.chats[5][2]
    messages = await gateway.store.messages(await only_conversation(gateway))
    assert messages[2].body.text == "A bed"


async def test_a_button_of_an_erased_conversation_opens_the_menu(
    gateway: Gateway, bot_api: BotApi, brain: DecidedBrain
) -> None:
    brain.think = lambda text: MENU
    bot_api.says(5, "hello")
    await bot_api.until(lambda: bot_api.texts(5))
    old = bot_api.chats[5][2]
    data = old["reply_markup"]["inline_keyboard"][1][0]["callback_data"]
    await gateway.store.erase(await only_conversation(gateway))
    bot_api.says(5, "hello again")
    await bot_api.until(lambda: bot_api.texts(5))

    bot_api.delivers(bot_api.tap(5, old, data))
    await bot_api.until(lambda: len(bot_api.texts(5)) == 2)

    assert brain.heard == ["hello", "hello again", "/main_menu"]


async def test_a_late_answer_to_a_tap_is_no_trouble(gateway: Gateway, bot_api: BotApi, brain: DecidedBrain) -> None:
    brain.think = lambda text: MENU
    bot_api.says(5, "hello")
    await bot_api.until(lambda: bot_api.texts(5))
    bot_api.fails("answerCallbackQuery", Failure(400, "Bad Request: query is too old"))

    bot_api.taps(5, "Law")
    await bot_api.until(lambda: len(bot_api.texts(5)) == 2)

    assert brain.heard == ["hello", "/law"]


async def test_commands_go_where_buttons_go(gateway: Gateway, bot_api: BotApi, brain: DecidedBrain) -> None:
    for typed in ("/start", "/language", "/emergency", "/human", "/delete", "/help@info_bot"):
        bot_api.says(5, typed)
    bot_api.says(5, "/affirm")
    await bot_api.until(lambda: len(brain.heard) == 7)

    assert brain.heard == [
        "/greet",
        "/change_language",
        "/ask_emergency_numbers",
        "/ask_human",
        "/delete_my_data",
        "/main_menu",
        "affirm",
    ]


@pytest.mark.parametrize(
    ("parameter", "heard", "language"),
    [
        ("ro_work", '/ask_working_rights{"language":"ro"}', "ro"),
        ("FR_Shelter", '/ask_shelter{"language":"fr"}', "fr"),
        ("ar", '/greet{"language":"ar"}', "ar"),
        ("danger", "/in_danger", "en"),
        ("en_ask_shelter", '/ask_shelter{"language":"en"}', "en"),
        ("fr_weather", '/greet{"language":"fr"}', "fr"),
        ("xx_minor", "/minor", "en"),
        ("xx_weather", "/greet", "en"),
        ("_", "/greet", "en"),
        ("-" * 64, "/greet", "en"),
    ],
)
async def test_a_link_opens_the_chat_in_its_language_and_on_its_topic(
    gateway: Gateway, bot_api: BotApi, brain: DecidedBrain, parameter: str, heard: str, language: str
) -> None:
    bot_api.says(5, f"/start {parameter}")
    await bot_api.until(lambda: bot_api.texts(5))

    assert (brain.heard, brain.languages) == ([heard], [language])


async def test_a_link_also_changes_the_language_of_a_chat_that_goes_on(
    gateway: Gateway, bot_api: BotApi, brain: DecidedBrain
) -> None:
    bot_api.says(5, "hello")
    await bot_api.until(lambda: bot_api.texts(5))

    bot_api.says(5, "/start fr_papers")
    await bot_api.until(lambda: len(bot_api.texts(5)) == 2)

    assert brain.heard == ["hello", '/ask_residence{"language":"fr"}']


async def test_a_picture_is_not_kept_and_its_words_are_read(
    gateway: Gateway, bot_api: BotApi, brain: DecidedBrain
) -> None:
    photo = [{"file_id": "canary-file", "file_unique_id": "u", "width": 1, "height": 1}]
    bot_api.delivers(bot_api.message(5, photo=photo))
    await bot_api.until(lambda: bot_api.texts(5))
    bot_api.delivers(bot_api.message(5, photo=photo, caption="help me"))
    await bot_api.until(lambda: "you said: help me" in bot_api.texts(5))

    assert bot_api.texts(5)[0].startswith("I can only read text.")
    assert brain.heard == ["help me"]
    assert not bot_api.called("getFile")
    for message in await gateway.store.messages(await only_conversation(gateway)):
        assert "canary" not in message.body.to_json()


async def test_the_bot_leaves_groups_and_keeps_nothing_of_them(
    gateway: Gateway, bot_api: BotApi, brain: DecidedBrain
) -> None:
    group = bot_api.message(-7, text="said among others")
    group["message"]["chat"] = {"id": -7, "type": "group", "title": "others"}
    bot_api.delivers(group)
    await bot_api.until(lambda: bot_api.called("leaveChat"))

    assert brain.heard == [] and await count(gateway, Message) == 0


async def test_edits_and_unknown_updates_do_not_hold_up_the_others(
    gateway: Gateway, bot_api: BotApi, brain: DecidedBrain
) -> None:
    edited = bot_api.message(5, text="changed")["message"]
    bot_api.delivers({"edited_message": edited})
    bot_api.delivers({"something_new": {"of": "2031"}})
    bot_api.delivers({"message": {"nonsense": True}})
    bot_api.says(5, "hello")
    await bot_api.until(lambda: bot_api.texts(5))

    assert brain.heard == ["hello"]


async def test_somebody_who_blocked_the_bot_gets_nothing_and_waits_for_nobody(
    gateway: Gateway, bot_api: BotApi
) -> None:
    bot_api.says(5, "hello")
    await bot_api.until(lambda: bot_api.texts(5))
    conversation_id = await only_conversation(gateway)
    async with gateway.store.sessions.begin() as session:
        now = gateway.store.now()
        await handoffs.open_in(session, conversation_id, Request(Urgency.SOON, None), language="en", now=now)
    bot_api.fails("sendMessage", Failure(403, "Forbidden: bot was blocked by the user"))

    with gateway.hub.listen("queue") as closed:
        await gateway.store.append(conversation_id, Sender.COUNSELLOR, [Body("one"), Body("two")])
        gateway.hub.ring(conversation_id)
        await closed.wait()

    assert await count(gateway, Delivery) == 0
    async with gateway.store.sessions() as session:
        assert await handoffs.current_in(session, conversation_id) is None
    assert bot_api.texts(5) == ["you said: hello"]


async def test_blocking_drops_what_waits(gateway: Gateway, bot_api: BotApi) -> None:
    bot_api.says(5, "hello")
    await bot_api.until(lambda: bot_api.texts(5))
    bot_api.fails("sendMessage", Failure(429, "Too Many Requests", retry_after=600))
    calls = len(bot_api.called("sendMessage"))
    conversation_id = await only_conversation(gateway)
    await gateway.store.append(conversation_id, Sender.COUNSELLOR, [Body("one")])
    await bot_api.until(lambda: len(bot_api.called("sendMessage")) > calls)

    member = {"user": {"id": 1, "is_bot": True, "first_name": "Info"}}
    person = {"id": 5, "is_bot": False, "first_name": "x"}
    with gateway.hub.listen("queue") as closed:
        bot_api.delivers(
            {
                "my_chat_member": {
                    "chat": {"id": 5, "type": "private"},
                    "from": person,
                    "date": 1,
                    "old_chat_member": {**member, "status": "member"},
                    "new_chat_member": {**member, "status": "kicked", "until_date": 0},
                }
            }
        )
        await closed.wait()

    assert await count(gateway, Delivery) == 0


async def test_a_chat_that_has_to_wait_keeps_its_order_and_delays_nobody_else(
    gateway: Gateway, bot_api: BotApi
) -> None:
    bot_api.fails("sendMessage", Failure(429, "Too Many Requests", retry_after=2), chat_id=5)
    bot_api.says(5, "one")
    bot_api.says(5, "two")
    await bot_api.until(lambda: bot_api.called("sendMessage"))
    bot_api.says(6, "quick")
    await bot_api.until(lambda: bot_api.texts(6))

    assert bot_api.texts(5) == []

    await bot_api.until(lambda: len(bot_api.texts(5)) == 2)
    assert bot_api.texts(5) == ["you said: one", "you said: two"]


@pytest.mark.parametrize("failure", [Failure(500), Failure(502), Failure(0), Failure(401, "Unauthorized")])
async def test_an_answer_arrives_after_telegram_failed(gateway: Gateway, bot_api: BotApi, failure: Failure) -> None:
    bot_api.fails("sendMessage", failure)

    bot_api.says(5, "hello")
    await bot_api.until(lambda: bot_api.texts(5))

    assert bot_api.texts(5) == ["you said: hello"]
    assert len(bot_api.called("sendMessage")) == 2


async def test_an_answer_that_got_lost_on_the_way_back_comes_twice_at_most(gateway: Gateway, bot_api: BotApi) -> None:
    bot_api.fails("sendMessage", Failure(0, is_done=True))

    bot_api.says(5, "hello")
    bot_api.says(5, "and then")
    await bot_api.until(lambda: "you said: and then" in bot_api.texts(5))

    assert bot_api.texts(5) == ["you said: hello", "you said: hello", "you said: and then"]


async def test_a_message_that_telegram_refuses_does_not_hold_back_the_next(gateway: Gateway, bot_api: BotApi) -> None:
    bot_api.fails("sendMessage", Failure(400, "Bad Request: message is strange"))

    bot_api.says(5, "one")
    bot_api.says(5, "two")
    await bot_api.until(lambda: bot_api.texts(5))

    assert bot_api.texts(5) == ["you said: two"]


async def test_polling_goes_on_after_failures(gateway: Gateway, bot_api: BotApi) -> None:
    bot_api.fails("getUpdates", Failure(409, "Conflict"))
    bot_api.fails("getUpdates", Failure(0))

    bot_api.says(5, "hello")
    await bot_api.until(lambda: bot_api.texts(5))


async def test_erasing_takes_both_sides_messages_out_of_the_chat(
    gateway: Gateway, bot_api: BotApi, brain: DecidedBrain
) -> None:
    bot_api.says(5, "my secret")
    bot_api.delivers(bot_api.message(5, voice={"file_id": "f", "file_unique_id": "u", "duration": 1}))
    await bot_api.until(lambda: len(bot_api.texts(5)) == 2)
    brain.think = lambda text: Reply((), erase=True)

    bot_api.says(5, "yes, erase")
    await bot_api.until(lambda: bot_api.texts(5) == ["Everything is erased."])

    assert len(bot_api.chats[5]) == 1
    await bot_api.until(lambda: bot_api.called("deleteMessages"))


async def test_a_conversation_that_erases_itself_leaves_no_line(gateway: Gateway, bot_api: BotApi) -> None:
    bot_api.says(5, "hello")
    await bot_api.until(lambda: bot_api.texts(5))

    await erase(
        await only_conversation(gateway),
        store=gateway.store,
        router=gateway.router,
        hub=gateway.hub,
    )

    assert bot_api.chats[5] == {}
    assert await count(gateway, Conversation) == 0


async def test_erasing_does_not_depend_on_telegram(gateway: Gateway, bot_api: BotApi) -> None:
    bot_api.says(5, "hello")
    await bot_api.until(lambda: bot_api.texts(5))
    bot_api.fails("deleteMessages", Failure(500))
    bot_api.fails("sendMessage", Failure(0))

    assert await gateway.store.erase(await only_conversation(gateway), asked=True)

    assert await count(gateway, Message) == 0


async def test_the_menu_of_commands_is_described_in_every_language(gateway: Gateway, bot_api: BotApi) -> None:
    await bot_api.until(lambda: len(bot_api.called("setMyShortDescription")) == len(offered()) + 1)

    described = [call.get("language_code", "") for call in bot_api.called("setMyCommands")]
    assert described == ["", *offered()]
    for call in bot_api.called("setMyCommands"):
        assert [c["command"] for c in call["commands"]] == ["start", "language", "emergency", "human", "delete", "help"]
        assert all(1 <= len(c["description"]) <= 256 for c in call["commands"])
    for method, key, most in (
        ("setMyShortDescription", "short_description", 120),
        ("setMyDescription", "description", 512),
    ):
        assert all(0 < len(call[key]) <= most for call in bot_api.called(method))


async def test_no_log_line_holds_the_token_or_what_people_write(
    runs: Runs, bot_api: BotApi, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("bot", "httpx", "httpcore", "telegram"):
        logging.getLogger(name).setLevel(logging.NOTSET)
    bot_api.fails("sendMessage", Failure(500))
    async with runs():
        bot_api.says(5, "canary-words")
        await bot_api.until(lambda: bot_api.texts(5))

    ours = [r for r in caplog.records if r.name.startswith(("bot", "httpx", "httpcore", "telegram"))]
    assert ours
    for record in ours:
        assert TOKEN not in record.getMessage() and "canary" not in record.getMessage()
