"""Officers' words go out in order and never twice, whatever dies; and what the platform refuses is seen."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from channels.base import OutgoingMessage, SendReceipt
from channels.errors import (
    BadMessage,
    ChannelError,
    OutcomeUnknown,
    PlatformDown,
    RateLimited,
    RecipientUnreachable,
)
from channels.zalo.token_store import AccountUnknown
from storage import citizens, handovers, officer_messages
from storage.crypto import Cipher, generate_key
from storage.database import Database
from storage.errors import DatabaseUnavailable
from storage.handovers import Ending, Handover
from workers.officer_chat import GIVE_UP_AFTER, OfficerChat, Outcome, judge

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)


@dataclass
class Chat:
    """A platform's chat: what it took, and what it answers next."""

    taken: list[tuple[str | None, str | None]] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)

    async def send(self, message: OutgoingMessage) -> SendReceipt:
        await asyncio.sleep(0)
        if self.errors:
            raise self.errors.pop(0)
        self.taken.append((message.recipient.user_id, message.text))
        return SendReceipt(message_id=f"m{len(self.taken)}")


@dataclass
class Office:
    """The rows, a chat, and a sender."""

    database: Database
    cipher: Cipher
    chat: Chat
    entries: int = 0

    @property
    def sender(self) -> OfficerChat:
        return OfficerChat(self.database, self.cipher, {"zalo": self.chat.send})

    async def talk(self, user_id: str) -> Handover:
        """A hand-over that an officer has."""
        citizen = await citizens.meet(self.database, self.cipher, platform="zalo", user_id=user_id)
        self.entries += 1
        opened, _ = await handovers.request(
            self.database, self.cipher, citizen_id=citizen.id, entry_id=self.entries, reason="asked", due_at=NOW
        )
        taken = await handovers.claim(self.database, self.cipher, opened.number, officer="can-bo-1")
        assert taken is not None
        return taken

    async def add(self, talk: Handover, text: str) -> int:
        async with self.database.transaction() as connection:
            return await officer_messages.add_message(
                connection, self.cipher, ticket_id=talk.id, citizen_id=talk.citizen_id, officer="can-bo-1", text=text
            )

    async def states(self) -> list[tuple[str, str | None]]:
        rows = await self.database.fetch("SELECT state, reason FROM officer_messages ORDER BY id")
        return [(row["state"], row["reason"]) for row in rows]

    async def pass_time(self, seconds: float) -> None:
        await self.database.fetch(
            "UPDATE officer_messages SET due_at = due_at - %(step)s, lease_until = lease_until - %(step)s, "
            "created_at = created_at - %(step)s RETURNING id",
            {"step": timedelta(seconds=seconds)},
        )


@pytest.fixture
async def office(workers_postgres_url: str) -> AsyncIterator[Office]:
    async with Database(workers_postgres_url) as database:
        await database.fetch("DELETE FROM tickets RETURNING id")
        await database.fetch("DELETE FROM citizens RETURNING id")
        yield Office(database, Cipher([generate_key()]), Chat())


async def test_each_citizens_words_go_out_in_their_order_and_into_the_transcript(office: Office) -> None:
    an, binh = await office.talk("111"), await office.talk("222")
    for text in ("một", "hai", "ba"):
        await office.add(an, text)
        await office.add(binh, text.upper())
    while await office.sender.look():
        pass
    assert [text for user, text in office.chat.taken if user == "111"] == ["một", "hai", "ba"]
    assert [text for user, text in office.chat.taken if user == "222"] == ["MỘT", "HAI", "BA"]
    lines = await handovers.transcript(office.database, office.cipher, an.citizen_id)
    assert [(line.author, line.officer, line.text) for line in lines] == [
        ("officer", "can-bo-1", text) for text in ("một", "hai", "ba")
    ]
    assert {state for state, _ in await office.states()} == {"sent"}


async def test_many_senders_send_each_word_once(office: Office) -> None:
    talks = [await office.talk(str(number)) for number in range(8)]
    for round_ in range(5):
        for talk in talks:
            await office.add(talk, f"{round_}")

    async def drain() -> None:
        while {state for state, _ in await office.states()} != {"sent"}:
            await office.sender.look()

    await asyncio.wait_for(asyncio.gather(*(drain() for _ in range(4))), 30)
    assert len(office.chat.taken) == 40
    for number in range(8):
        assert [text for user, text in office.chat.taken if user == str(number)] == [str(n) for n in range(5)]


async def test_a_sender_that_dies_leaves_a_doubt_and_nothing_goes_out_twice(office: Office) -> None:
    talk = await office.talk("111")
    await office.add(talk, "một")
    await office.add(talk, "hai")
    (held,) = await officer_messages.claim_messages(office.database, office.cipher, limit=5, lease_seconds=60)
    assert await office.sender.look() == 0  # the second waits behind the first
    await office.pass_time(61)
    assert await office.sender.look() == 1
    assert await office.states() == [("in_doubt", "process_died"), ("sent", None)]
    assert [text for _, text in office.chat.taken] == ["hai"]
    # The dead one comes back to life: too late.
    assert not await officer_messages.note_sent(office.database, office.cipher, held, message_id="m9")
    (left,) = await officer_messages.undone(office.database, talk.id)
    assert (left.id, left.state) == (held.id, "in_doubt")


@pytest.mark.parametrize(
    ("error", "state", "reason"),
    [
        (OutcomeUnknown("timeout", "x"), "in_doubt", "OutcomeUnknown:timeout"),
        (RecipientUnreachable("-230", "x"), "failed", "RecipientUnreachable:-230"),
        (BadMessage("-201", "x"), "failed", "BadMessage:-201"),
    ],
    ids=str,
)
async def test_what_may_be_out_or_is_refused_is_not_sent_again(
    office: Office, error: ChannelError, state: str, reason: str
) -> None:
    talk = await office.talk("111")
    await office.add(talk, "một")
    office.chat.errors = [error]
    await office.sender.look()
    await office.pass_time(3600)
    assert await office.sender.look() == 0
    assert await office.states() == [(state, reason)]
    assert office.chat.taken == []


@pytest.mark.parametrize(
    "error", [PlatformDown("connect", "x"), RateLimited("-32", "x"), DatabaseUnavailable("x")], ids=str
)
async def test_what_the_platform_did_not_take_goes_out_later_once(office: Office, error: Exception) -> None:
    talk = await office.talk("111")
    await office.add(talk, "một")
    office.chat.errors = [error]
    await office.sender.look()
    assert (await office.states())[0][0] == "pending"
    await office.pass_time(120)
    await office.sender.look()
    assert await office.states() == [("sent", None)]
    assert [text for _, text in office.chat.taken] == ["một"]


@pytest.mark.parametrize("error", [AccountUnknown("x"), DatabaseUnavailable("x"), None], ids=str)
async def test_words_that_waited_for_too_long_do_not_break_into_another_talk(
    office: Office, error: Exception | None
) -> None:
    talk = await office.talk("111")
    await office.add(talk, "một")
    if error is not None:  # else the workers were away
        office.chat.errors = [error]
        await office.sender.look()
        assert (await office.states())[0][0] == "pending"
    await office.pass_time(GIVE_UP_AFTER.total_seconds() + 60)
    await office.sender.look()
    assert await office.states() == [("failed", "too_late")]
    assert office.chat.taken == []


async def test_a_citizen_of_a_platform_that_nobody_sends_to_is_a_failure_that_is_seen(office: Office) -> None:
    talk = await office.talk("111")
    await office.add(talk, "một")
    await OfficerChat(office.database, office.cipher, {}).look()
    assert await office.states() == [("failed", "no_channel")]


async def test_the_citizens_end_takes_back_what_is_not_out_the_officers_does_not(office: Office) -> None:
    an, binh = await office.talk("111"), await office.talk("222")
    await office.add(an, "một")
    await office.add(binh, "hai")
    assert await handovers.close(office.database, office.cipher, an.id, ending=Ending.BY_CITIZEN)
    assert await handovers.close(office.database, office.cipher, binh.id, ending=Ending.BY_OFFICER, summary="xong")
    assert not await handovers.close(office.database, office.cipher, binh.id, ending=Ending.BY_OFFICER)
    await office.sender.look()
    assert await office.states() == [("cancelled", None), ("sent", None)]
    rows = await office.database.fetch("SELECT mode, ticket_id FROM conversations")
    assert [(row["mode"], row["ticket_id"]) for row in rows] == [("bot", None)] * 2


async def test_the_same_message_twice_asks_for_one_hand_over(office: Office) -> None:
    citizen = await citizens.meet(office.database, office.cipher, platform="zalo", user_id="111")

    async def ask(entry_id: int) -> tuple[str, bool]:
        opened, is_new = await handovers.request(
            office.database, office.cipher, citizen_id=citizen.id, entry_id=entry_id, reason="asked", due_at=NOW
        )
        return opened.number, is_new

    asked = await asyncio.gather(*(ask(1) for _ in range(4)), *(ask(number) for number in range(2, 6)))
    assert len({number for number, _ in asked}) == 1
    assert [is_new for _, is_new in asked].count(True) == 1


async def test_danger_goes_first_and_idle_talks_are_found(office: Office) -> None:
    places: dict[str, int] = {}
    ids: dict[str, int] = {}
    for number, reason in enumerate(("asked", "asked", "danger", "asked"), start=1):
        citizen = await citizens.meet(office.database, office.cipher, platform="zalo", user_id=str(number))
        opened, _ = await handovers.request(
            office.database, office.cipher, citizen_id=citizen.id, entry_id=number, reason=reason, due_at=NOW
        )
        ids[str(number)] = opened.id
    for name, ticket_id in ids.items():
        places[name] = await handovers.place(office.database, ticket_id)
    assert places == {"3": 1, "1": 2, "2": 3, "4": 4}
    first = (await handovers.search(office.database))[0]
    assert (first.id, first.topic) == (ids["3"], "danger")
    await handovers.claim(office.database, office.cipher, first.number, officer="can-bo-1")
    assert await handovers.place(office.database, first.id) == 0
    assert await handovers.idle(office.database, idle_seconds=60, waiting_seconds=60) == []
    await office.database.fetch("UPDATE tickets SET updated_at = now() - interval '2 minutes' RETURNING id")
    assert await handovers.idle(office.database, idle_seconds=60, waiting_seconds=600) == [(first.id, True)]


@pytest.mark.parametrize(
    ("error", "age_seconds", "expected"),
    [
        (PlatformDown("x"), 0, Outcome("pending", 1.0)),
        (PlatformDown("x"), 60, Outcome("pending", 15.0)),
        (PlatformDown("x"), 1000, Outcome("pending", 60.0)),
        (PlatformDown("x"), GIVE_UP_AFTER.total_seconds(), Outcome("failed")),
        (RateLimited("x", retry_after_seconds=90), 0, Outcome("pending", 90.0)),
        (RateLimited("x", retry_after_seconds=86_400), 0, Outcome("failed")),
        (OutcomeUnknown("x"), 0, Outcome("in_doubt")),
        (RecipientUnreachable("x"), 0, Outcome("failed")),
    ],
)
def test_what_becomes_of_a_refusal(error: ChannelError, age_seconds: float, expected: Outcome) -> None:
    assert judge(error, age=timedelta(seconds=age_seconds), now=NOW) == expected
