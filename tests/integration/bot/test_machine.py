"""What the desk notes around each message: who came, the transcript, floods, officers who talk."""

import asyncio
import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.chat_middlewares.flood import stem_floods
from bot.chat_middlewares.handover import keep_quiet
from bot.chat_middlewares.transcript import keep_transcript
from bot.context import Context
from bot.router import Router
from bot.services import ChatConfig
from bot.texts.limits import words_of
from channels.base import OutgoingMessage, SendReceipt
from storage import conversations
from storage.conversations import TEXT_COLUMN, Arrival
from tests.integration.bot.harness import APP_ID, OA_ID, SENDER, poll, running_bot, text_event
from tests.integration.bot.test_consumer import World, custom, world

__all__ = ["world"]  # the fixture

MIDDLEWARES = (keep_transcript, keep_quiet, stem_floods)
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def staff_echo(text: str, *, message_id: str = "e-1", admin_id: str | None = "77", at_ms: int | None = None) -> bytes:
    sender = {"id": OA_ID} | ({"admin_id": admin_id} if admin_id else {})
    at = at_ms or int(datetime.now(UTC).timestamp() * 1000)
    document = {
        "app_id": APP_ID,
        "event_name": "oa_send_text",
        "timestamp": str(at),
        "sender": sender,
        "recipient": {"id": SENDER},
        "message": {"msg_id": message_id, "text": text},
    }
    return json.dumps(document, ensure_ascii=False).encode()


async def transcript(world: World) -> list[tuple[Any, ...]]:
    rows = await world.database.fetch("SELECT * FROM messages ORDER BY entry_id, part")
    return [
        (row["author"], row["part"], world.cipher.decrypt_optional(row["text_enc"], TEXT_COLUMN), row["message_id"])
        for row in rows
    ]


@pytest.fixture
def kept(world: World) -> World:
    world.middlewares = MIDDLEWARES
    return world


async def two_parts(context: Context) -> None:
    await context.answer("một")
    await context.answer("hai")


async def test_every_message_and_every_part_of_its_answer_is_written_down_encrypted(kept: World) -> None:
    await kept.receive(text_event("m-1", "Xin chào"))
    async with kept.consuming(custom(two_parts)):
        await kept.settled()
    assert await transcript(kept) == [
        ("citizen", 0, "Xin chào", "m-1"),
        ("bot", 1, "một", "id-1"),
        ("bot", 2, "hai", "id-2"),
    ]
    (row,) = await kept.database.fetch("SELECT text_enc FROM messages WHERE part = 0")
    assert "Xin chào".encode() not in row["text_enc"]


async def test_a_crash_leaves_the_transcript_as_if_there_had_been_none(kept: World) -> None:
    died = asyncio.Event()

    async def die_after_the_second(message: OutgoingMessage) -> SendReceipt:
        receipt = await kept.phone.reply(message)
        if message.text == "hai":
            died.set()
            await asyncio.sleep(3600)
        return receipt

    await kept.receive(text_event("m-1", "Xin chào"))
    doomed = kept.consumer(custom(two_parts), die_after_the_second, lease_seconds=0.5, handle_seconds=0.4)
    task = asyncio.create_task(doomed.run(asyncio.Event()))
    await asyncio.wait_for(died.wait(), 10)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    assert [row[:3] for row in await transcript(kept)] == [("citizen", 0, "Xin chào"), ("bot", 1, "một")]
    async with kept.consuming(custom(two_parts), lease_seconds=0.5, handle_seconds=0.4):
        await kept.settled()
    assert [row[:3] for row in await transcript(kept)] == [
        ("citizen", 0, "Xin chào"),
        ("bot", 1, "một"),
        ("bot", 2, "hai"),
    ]
    assert kept.phone.texts == ["một", "hai", "hai"]


async def test_what_is_off_the_record_is_not_written_down(kept: World) -> None:
    async def forget(context: Context) -> None:
        assert context.transcript is not None
        context.transcript.forget()
        await context.answer("Đã xóa")

    await kept.receive(text_event("m-1", "xóa hết"))
    async with kept.consuming(custom(forget)):
        await kept.settled()
    assert kept.phone.texts == ["Đã xóa"]
    assert await transcript(kept) == []


async def test_words_of_somebody_who_was_erased_meanwhile_are_dropped(kept: World) -> None:
    async def erase(context: Context) -> None:
        await context.database.fetch("DELETE FROM citizens RETURNING id")
        await context.answer("Đã xóa")

    await kept.receive(text_event("m-1", "xóa hết"), text_event("m-2", "alo", sender="222"))
    async with kept.consuming(custom(erase)):
        rows = await kept.settled()
    assert [row["state"] for row in rows] == ["done", "done"]
    assert kept.phone.texts == ["Đã xóa", "Đã xóa"]
    assert await transcript(kept) == []


async def test_a_flood_is_answered_up_to_the_limit_told_once_and_then_met_with_silence(kept: World) -> None:
    kept.chat = ChatConfig(messages_per_minute=3)
    await kept.receive(*(text_event(f"m-{number}", "alo") for number in range(7)))
    await kept.receive(text_event("m-other", "alo", sender="222"))
    async with kept.consuming():
        await kept.settled()
        assert kept.phone.texts_to(SENDER) == ["answered"] * 3 + [words_of("vi").too_many]
        assert kept.phone.texts_to("222") == ["answered"]
        assert len([row for row in await transcript(kept) if row[0] == "citizen"]) == 8
        await kept.database.fetch("UPDATE conversations SET busy_until = now() + interval '35 s' RETURNING 1")
        await kept.receive(text_event("m-8", "alo"))
        await kept.settled()
        assert len(kept.phone.texts_to(SENDER)) == 4  # not calm yet
        await kept.database.fetch("UPDATE conversations SET busy_until = now() + interval '5 s' RETURNING 1")
        await kept.receive(text_event("m-9", "alo"))
        await kept.settled()
    assert kept.phone.texts_to(SENDER)[-1] == "answered"


async def test_a_second_try_at_a_message_is_no_second_message(kept: World) -> None:
    kept.chat = ChatConfig(messages_per_minute=2)
    arrival = Arrival("zalo", SENDER, OA_ID, 1, cost_seconds=30)
    for _ in range(5):
        await conversations.enter(kept.database, kept.cipher, [arrival])
    [(_, conversation)] = await conversations.enter(
        kept.database, kept.cipher, [Arrival("zalo", SENDER, OA_ID, 2, cost_seconds=29)]
    )
    assert conversation.flooded_by is None
    for _ in range(2):
        [(_, conversation)] = await conversations.enter(
            kept.database, kept.cipher, [Arrival("zalo", SENDER, OA_ID, 3, cost_seconds=30)]
        )
        assert conversation.flooded_by == 3


async def test_many_arrivals_are_noted_in_one_statement_newcomers_and_known_ones(kept: World) -> None:
    known = await kept.person("111")
    arrivals = [
        Arrival("zalo", "111", OA_ID, 1, interaction_at=NOW),
        Arrival("zalo", "222", OA_ID, 2, interaction_at=NOW + timedelta(days=4000)),
        Arrival("zalo_bot", "111", None, 3),
        Arrival("zalo", "222", None, 4),  # twice at once, as under two keys
    ]
    met = await conversations.enter(kept.database, kept.cipher, arrivals)
    assert met[0][0].id == known.id
    assert len({citizen.id for citizen, _ in met}) == 3
    assert met[1][0].id == met[3][0].id
    assert [conversation.citizen_id for _, conversation in met] == [citizen.id for citizen, _ in met]
    rows = await kept.database.fetch("SELECT id, last_interaction_at FROM citizens")
    times = {row["id"]: row["last_interaction_at"] for row in rows}
    assert times[known.id] == NOW
    assert NOW < times[met[1][0].id] <= datetime.now(UTC)  # never in the future
    assert times[met[2][0].id] is None


async def test_the_assistant_is_silent_while_an_officer_has_the_conversation_and_the_transcript_goes_on(
    kept: World,
) -> None:
    await kept.receive(text_event("m-1", "alo"))
    async with kept.consuming():
        await kept.settled()
        await kept.database.fetch("UPDATE conversations SET mode = 'officer' RETURNING 1")
        await kept.receive(text_event("m-2", "số tôi là 0905123456"))
        await kept.settled()
        await kept.database.fetch("UPDATE conversations SET mode = 'bot' RETURNING 1")
        await kept.receive(text_event("m-3", "alo"))
        await kept.settled()
    assert kept.phone.texts == ["answered", "answered"]
    assert [row[2] for row in await transcript(kept) if row[0] == "citizen"] == ["alo", "số tôi là 0905123456", "alo"]


async def test_after_staff_wrote_by_the_platforms_tool_the_assistant_waits(kept: World) -> None:
    kept.chat = ChatConfig(staff_silence=timedelta(minutes=30))
    await kept.receive(staff_echo("Chào anh, em là cán bộ một cửa"), kind="echo")
    async with kept.consuming():
        await kept.settled()
        await kept.receive(text_event("m-1", "vâng"))
        await kept.settled()
        assert kept.phone.texts == []
        (row,) = await kept.database.fetch("SELECT last_in_at, silent_until FROM conversations")
        assert timedelta(minutes=29) < row["silent_until"] - datetime.now(UTC) <= timedelta(minutes=30)
        await kept.database.fetch("UPDATE conversations SET silent_until = now() RETURNING 1")
        await kept.receive(text_event("m-2", "còn đó không"))
        await kept.settled()
    assert kept.phone.texts == ["answered"]
    assert (await transcript(kept))[0][:3] == ("officer", 0, "Chào anh, em là cán bộ một cửa")
    assert (await kept.database.fetch("SELECT last_interaction_at FROM citizens"))[0]["last_interaction_at"] is not None


async def test_of_echoes_the_door_keeps_only_those_of_staff_as_work(
    kept: World, postgres_url: str, data_dir: Any
) -> None:
    async with running_bot(postgres_url, data_dir / "spool", cipher=kept.cipher) as bot:
        for echo in (staff_echo("của cán bộ"), staff_echo("của máy", message_id="e-2", admin_id=None)):
            document = json.loads(echo)
            document["timestamp"] = "1767225600000"
            body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
            assert (await bot.post(body)).status == 200
        states = [(row["kind"], row["state"]) for row in await bot.rows()]
    assert states == [("echo", "pending"), ("echo", "ignored")]
    assert bot.rung == [{"echo"}]


async def test_a_citizens_messages_and_an_officers_echo_keep_their_order(kept: World) -> None:
    async def slow(context: Context) -> None:
        await asyncio.sleep(0.05)
        await context.answer(context.text)

    await kept.receive(text_event("m-1", "một"), text_event("m-2", "hai"))
    await kept.receive(staff_echo("ba"), kind="echo")
    await kept.receive(text_event("m-3", "bốn"))
    async with kept.consuming(custom(slow)):
        await kept.settled()
    assert kept.phone.texts == ["một", "hai"]
    assert [row[2] for row in await transcript(kept) if row[0] != "bot"] == ["một", "hai", "ba", "bốn"]


async def test_a_conversation_held_elsewhere_is_put_back_and_answered_later(kept: World) -> None:
    person = await kept.person()
    elsewhere = await kept.states.hold(person.id, 999_999)
    await kept.receive(text_event("m-1", "alo"))
    async with kept.consuming(answering()):

        async def was_put_back() -> Any:
            (row,) = await kept.rows()
            return row["state"] == "pending" and "waits=1" in (row["note"] or "")

        await poll(was_put_back)
        await elsewhere.give_back(None)
        (row,) = await kept.settled()
    assert row["state"] == "done"
    assert kept.phone.texts == ["answered"]


def answering() -> Router:
    async def answer(context: Context) -> None:
        await context.answer("answered")

    return custom(answer)
