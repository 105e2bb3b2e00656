"""Strangers: who types or asks for what is somebody else's learns nothing, by words or by time, and is slowed down."""

import asyncio
import gc
import json
import statistics
import time
from collections.abc import AsyncIterator

import pytest
import structlog
from psycopg import AsyncConnection, AsyncCursor
from psycopg.errors import CheckViolation

from bot.handlers.linking import Linking
from bot.linking.asking import Target, ask_code
from bot.linking.purposes import when_proved
from bot.services import ChatServices
from bot.texts.linking import VI
from bot.updates import UpdateKind
from storage import guesses
from storage.crypto import Cipher, generate_key
from storage.database import Database, fetch
from tests.integration.bot.direct import (
    Chatter,
    chatter,
    digits_of,
    linked,
    make_dossiers,
    next_entry,
    services_of,
)

CODE, OTHER, NO_PHONE, UNKNOWN = (f"H17.33.2-260302-000{number}" for number in (1, 2, 3, 4))
PHONE, OTHER_PHONE = "84905123456", "84905777888"
MANY = 10**6
FREE = {
    "asked_per_citizen_hour": MANY,
    "asked_per_phone_hour": MANY,
    "asked_per_phone_day": MANY,
    "asked_per_dossier_day": MANY,
    "wrong_per_citizen_hour": MANY,
    "wrong_per_citizen_day": MANY,
    "lookups_per_citizen_hour": MANY,
    "alarm_per_citizen_day": MANY,
    "alarm_of_all_hour": MANY,
}
USUAL = VI.sent.format(minutes=5)
OVER, TOO_MANY = VI.over, VI.too_many


@pytest.fixture
async def database(postgres_url: str) -> AsyncIterator[Database]:
    async with Database(postgres_url, max_size=8) as opened:
        yield opened


@pytest.fixture
def cipher() -> Cipher:
    return Cipher([generate_key()])


@pytest.fixture
async def services(database: Database, cipher: Cipher) -> ChatServices:
    await make_dossiers(database, cipher, {CODE: PHONE, OTHER: OTHER_PHONE, NO_PHONE: None})
    return services_of(database, cipher)


def wrong(digits: str) -> str:
    return f"{(int(digits) + 1) % 10**6:06d}"


async def codes_sent(services: ChatServices) -> list[str | None]:
    """Whom codes are on their way to: a phone's hash each."""
    rows = await services.database.fetch("SELECT recipient_hash FROM notices WHERE kind = 'otp' AND state = 'pending'")
    return [row["recipient_hash"] for row in rows]


async def test_wrong_unknown_and_not_yours_are_answered_alike(services: ChatServices) -> None:
    an = await chatter(services, "an")
    targets = [CODE, NO_PHONE, UNKNOWN]
    asked = [await an.says(f"#link {code}") for code in targets]
    assert asked == [USUAL] * 3
    assert len(await codes_sent(services)) == 1
    told = [(await an.says(f"#status {code}")).replace(code, "…") for code in targets]
    assert len(set(told)) == 1
    for number in range(services.config.linking.lookups_per_citizen_hour):
        slowed = await an.says(f"#status H17.33.9-260302-{number:05d}")
    assert slowed == TOO_MANY == await an.says(f"#status {CODE}")
    unlinked = [await an.says(f"#unlink {code}") for code in (*targets, "1", "99999", "#", "Đ" * 300)]
    assert set(unlinked) == {VI.not_linked}
    assert await linked(an) == []


async def test_typed_codes_of_decoys_are_counted_and_answered_as_those_of_dossiers(services: ChatServices) -> None:
    stories = []
    for name, code in (("an", CODE), ("binh", UNKNOWN), ("chi", NO_PHONE)):
        one = await chatter(services, name)
        story = [await one.says(f"#link {code}")]
        digits = wrong(await digits_of(services, one))
        story += [await one.says(digits) for _ in range(4)]
        stories.append(story)
    assert stories[0] == stories[1] == stories[2]
    assert stories[0][1:] == [VI.wrong.format(left=2), VI.wrong.format(left=1), OVER, OVER]


async def test_even_the_digits_of_a_decoy_would_open_nothing(services: ChatServices) -> None:
    an = await chatter(services, "an")
    await an.says(f"#link {UNKNOWN}")
    await an.says(await digits_of(services, an))
    assert await linked(an) == []
    rows = await services.database.fetch("SELECT state, recipient_enc FROM notices")
    assert [(row["state"], row["recipient_enc"]) for row in rows] == [("suppressed", None)]


async def test_a_used_code_and_the_code_of_another_dossier_open_nothing(services: ChatServices) -> None:
    an, binh = await chatter(services, "an"), await chatter(services, "binh")
    await an.says(f"#link {CODE}")
    first = await digits_of(services, an)
    await an.says(f"#link {OTHER}")  # takes the first one's place
    if first != await digits_of(services, an):
        assert await an.says(first) == VI.wrong.format(left=2)
    await an.says(f"#link {CODE}")
    digits = await digits_of(services, an)
    assert "Đã liên kết" in await an.says(digits)
    await an.says(f"#unlink {CODE}")
    an.standing = binh.standing
    assert "Đã liên kết" not in await an.says(digits)
    assert await linked(an) == []
    await binh.says(f"#link {CODE}")
    if digits != await digits_of(services, binh):
        assert await binh.says(digits) == VI.wrong.format(left=2)  # another's digits
    assert await linked(binh) == []


async def test_two_citizens_ask_for_the_same_dossier_and_each_has_a_code_of_their_own(services: ChatServices) -> None:
    an, binh = await chatter(services, "an"), await chatter(services, "binh")
    assert await asyncio.gather(an.says(f"#link {CODE}"), binh.says(f"#link {CODE}")) == [USUAL, USUAL]
    digits = await digits_of(services, binh)
    assert "Đã liên kết" in await binh.says(digits)
    assert (await linked(an), await linked(binh)) == ([], [CODE])


async def test_the_same_code_typed_in_two_processes_is_used_once(services: ChatServices) -> None:
    an = await chatter(services, "an")
    await an.says(f"#link {CODE}")
    digits = await digits_of(services, an)
    same = [Chatter(services, an.citizen, "an", an.standing) for _ in range(6)]
    answers = await asyncio.gather(*(one.says(digits) for one in same))
    assert sum("Đã liên kết" in text for text in answers) == 1
    (row,) = await services.database.fetch("SELECT tries FROM link_codes")
    assert row["tries"] == 1


async def test_wrong_codes_typed_in_parallel_have_three_tries_together(services: ChatServices) -> None:
    an = await chatter(services, "an")
    await an.says(f"#link {CODE}")
    digits = wrong(await digits_of(services, an))
    same = [Chatter(services, an.citizen, "an", an.standing) for _ in range(8)]
    answers = await asyncio.gather(*(one.says(digits) for one in same))
    assert sum("lần nhập" in text for text in answers) == 2
    (row,) = await services.database.fetch("SELECT tries, void_at IS NOT NULL AS is_void FROM link_codes")
    assert (row["tries"], row["is_void"]) == (3, True)


async def test_an_entry_worked_on_again_counts_once_and_says_the_same(services: ChatServices) -> None:
    an = await chatter(services, "an")
    entry = next_entry()
    assert [await an.says(f"#link {CODE}", entry_id=entry) for _ in range(3)] == [USUAL] * 3
    assert len(await codes_sent(services)) == 1
    digits = await digits_of(services, an)
    entry, before = next_entry(), an.standing
    said = [await an.says(wrong(digits), entry_id=entry) for _ in range(3)]
    assert set(said) == {VI.wrong.format(left=2)}
    entry = next_entry()
    done = []
    for _ in range(3):
        an.standing = before
        done.append(await an.says(digits, entry_id=entry))
    assert len(set(done)) == 1
    assert "Đã liên kết" in done[0]
    (row,) = await services.database.fetch("SELECT count(*) AS links FROM links")
    assert row["links"] == 1


async def test_a_code_ends_with_its_time_also_at_the_platform(services: ChatServices) -> None:
    an = await chatter(services, "an")
    await an.says(f"#link {CODE}")
    digits = await digits_of(services, an)
    (row,) = await services.database.fetch(
        "SELECT c.expires_at = n.urgent_until AS same FROM link_codes c JOIN notices n ON n.id = c.notice_id"
    )
    assert row["same"]  # delivery never sends it later (workers/attempt.py)
    await services.database.fetch("UPDATE link_codes SET expires_at = now() - interval '1 second' RETURNING id")
    assert await an.says(digits) == OVER
    assert await linked(an) == []


async def test_a_crash_between_the_code_and_its_notice_leaves_nothing(services: ChatServices) -> None:
    an = await chatter(services, "an")
    async with services.database.transaction() as connection:
        await connection.execute("ALTER TABLE notices ADD CONSTRAINT broken CHECK (kind <> 'otp')")
    with pytest.raises(CheckViolation):
        await an.says(f"#link {CODE}", entry_id=(entry := next_entry()))
    for table in ("link_codes", "guesses", "notices"):
        rows = await services.database.fetch(f"SELECT 1 FROM {table}")
        assert rows == [], table
    async with services.database.transaction() as connection:
        await connection.execute("ALTER TABLE notices DROP CONSTRAINT broken")
    assert await an.says(f"#link {CODE}", entry_id=entry) == USUAL
    assert len(await codes_sent(services)) == 1


async def test_commands_typed_by_hand_open_nothing(services: ChatServices) -> None:
    an = await chatter(services, "an")
    for text in (
        "#link_all", "#link_relative", f"#link_relative {CODE}", "#link_again", "#unlink_all yes", "#mine 2",
        "#mine -1", "#status 1", f"#status {CODE}", "#link 1", "#link ' OR 1=1 --", "#mine " + "9" * 400, "#photo",
    ):  # fmt: skip
        said = await an.says(text)
        assert said, text
        assert "khai sinh" not in said, text
    assert await linked(an) == []


async def test_in_a_group_nothing_is_linked_and_nothing_asked_for(services: ChatServices) -> None:
    an = await chatter(services, "an")
    for text in (f"#link {CODE}", CODE, "123456", "#mine"):
        said = await an.says(text, kind=UpdateKind.GROUP)
        assert CODE not in said
    rows = await services.database.fetch("SELECT 1 FROM link_codes")
    assert rows == []


async def test_a_phone_gets_few_codes_whoever_asks_and_nobody_is_told(services: ChatServices) -> None:
    askers = [await chatter(services, f"asker {number}") for number in range(6)]
    answers = [await one.says(f"#link {CODE}") for one in askers]
    assert answers == [USUAL] * 6
    assert len(await codes_sent(services)) == services.config.linking.asked_per_phone_hour
    answers = [await one.says("#link 0905777888") for one in askers]
    assert len(set(answers)) == 1
    assert len(await codes_sent(services)) == 2 * services.config.linking.asked_per_phone_hour


async def test_codes_for_phones_of_no_dossier_are_counted_as_guesses_and_nobody_is_told(services: ChatServices) -> None:
    heard: list[str] = []
    services = ChatServices(services.database, services.cipher, services.config, services.ring, heard.append)
    crowd = [await chatter(services, f"asker {number}") for number in range(41)]
    said = {await one.says(f"#link 09057{place}0{n:03d}") for n, one in enumerate(crowd[:40]) for place in range(5)}
    assert len(said) == 1
    assert len(heard) == 1, "each code is paid for: staff hear of it"
    assert await crowd[40].says("#link 0905123456") in said
    rows = await services.database.fetch("SELECT 1 FROM guesses WHERE is_wrong")
    assert len(rows) == 200, "the phone of a dossier is no guess"


async def test_a_dossier_gets_few_codes_a_day(services: ChatServices) -> None:
    askers = [await chatter(services, f"asker {number}") for number in range(8)]
    for number, one in enumerate(askers):
        assert await one.says(f"#link {CODE}") == USUAL
        if number % 2:  # hours pass
            await services.database.fetch("UPDATE guesses SET at = at - interval '61 minutes' RETURNING id")
    assert len(await codes_sent(services)) == services.config.linking.asked_per_dossier_day


async def test_limits_hold_when_many_ask_in_the_same_moment(services: ChatServices) -> None:
    askers = [await chatter(services, f"asker {number}") for number in range(8)]
    await asyncio.gather(*(one.says(f"#link {CODE}") for one in askers))
    assert len(await codes_sent(services)) == services.config.linking.asked_per_phone_hour


async def test_who_types_many_wrong_codes_waits_and_gets_no_new_one(services: ChatServices) -> None:
    an = await chatter(services, "an")
    for _ in range(2):
        await an.says(f"#link {CODE}")
        digits = await digits_of(services, an)
        for _ in range(3):
            last = await an.says(wrong(digits))
    assert last == TOO_MANY
    an.standing = type(an.standing)(Linking.CODE, {"code": CODE}, {})
    assert await an.says(digits) == TOO_MANY  # the right ones, too
    assert await an.says(f"#link {CODE}") == TOO_MANY == await an.says(f"#link {UNKNOWN}")
    await services.database.fetch("UPDATE guesses SET at = at - interval '61 minutes' RETURNING id")
    assert await an.says(f"#link {CODE}") == USUAL


@pytest.mark.parametrize("tries", [400, pytest.param(10_000, marks=pytest.mark.soak)])
async def test_thousands_of_codes_tried_by_several_learn_nothing_and_raise_the_alarm(
    database: Database, cipher: Cipher, tries: int
) -> None:
    """Half of the codes exist; of a dossier's people nobody is among those who try."""
    heard: list[str] = []
    services = services_of(database, cipher, alarm_of_all_hour=tries // 4)
    services = ChatServices(database, cipher, services.config, services.ring, heard.append)
    real = [f"H17.33.2-260302-{number:05d}" for number in range(0, tries, 2)]
    await make_dossiers(database, cipher, {code: f"8490{int(code[-5:]):07d}" for code in real})
    crowd = [await chatter(services, f"guesser {number}") for number in range(5)]
    said: dict[bool, set[str]] = {True: set(), False: set()}
    taken = asyncio.Semaphore(4)

    async def guess(number: int) -> None:
        async with taken:
            code = f"H17.33.2-260302-{number:05d}"
            one = crowd[number % len(crowd)]
            verb = "#link" if number % 4 < 2 else "#status"
            text = await Chatter(services, one.citizen, one.user_id).says(f"{verb} {code}")
            said[number % 2 == 0].add(text.replace(code, "…"))

    with structlog.testing.capture_logs() as logs:
        await asyncio.gather(*(guess(number) for number in range(tries)))
    assert said[True] == said[False]
    assert TOO_MANY in said[True]
    assert not any("khai sinh" in text or "Đã liên kết" in text for text in said[True])
    limit = services.config.linking.asked_per_citizen_hour * len(crowd)
    assert len(await codes_sent(services)) <= limit  # slowed down: so few codes went out
    assert [log for log in logs if log["event"] == "linking_guessing" and log["scope"] == "several people"]
    assert len([text for text in heard if "one person" in text]) == len(crowd)
    for one in crowd:
        assert await linked(one) == []


@pytest.mark.parametrize("deed", ["link", "status", "unlink", "digits"])
async def test_the_database_is_asked_the_same_whatever_the_truth(
    services: ChatServices, deed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Why the time tells nothing: the same statements in the same order."""
    asked: list[str] = []
    execute, copy = AsyncConnection.execute, AsyncCursor.copy

    def note_execute(self: AsyncConnection, query: str, *args: object, **more: object) -> object:
        asked.append(str(query)[:200])
        return execute(self, query, *args, **more)  # type: ignore[call-overload]

    def note_copy(self: AsyncCursor, query: str, *args: object, **more: object) -> object:
        asked.append(str(query)[:200])
        return copy(self, query, *args, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(AsyncConnection, "execute", note_execute)
    monkeypatch.setattr(AsyncCursor, "copy", note_copy)
    stories = []
    for name, code in (("an", CODE), ("binh", UNKNOWN), ("chi", NO_PHONE), ("dung", "H47.1-230101-9999999")):
        one = await chatter(services, name)
        text = f"#{deed} {code}"
        if deed == "digits":
            await one.says(f"#link {code}")
            text = wrong(await digits_of(services, one))
        asked.clear()
        await one.says(text)
        stories.append(list(asked))
    assert len(stories[0]) > 3
    assert all(story == stories[0] for story in stories)


@pytest.mark.parametrize(("samples", "margin"), [(20, 0.1), pytest.param(250, 0.03, marks=pytest.mark.soak)])
@pytest.mark.parametrize("deed", ["link", "digits"])
async def test_the_time_of_an_answer_tells_nothing(
    database: Database, cipher: Cipher, deed: str, samples: int, margin: float
) -> None:
    """Medians of requests in turn: somebody else's dossier, an unknown one, one without a phone.

    A machine that is busy with other things makes now this kind slow, now that: what tells is the same one each time.
    """
    services = services_of(database, cipher, **FREE)
    rounds = 12
    kinds = [[f"H17.33.{kind}-260302-{number:05d}" for number in range(samples)] for kind in range(3)]
    await make_dossiers(database, cipher, {code: f"8490{number:07d}" for number, code in enumerate(kinds[0])})
    await make_dossiers(database, cipher, dict.fromkeys(kinds[1]))
    spreads, slowest = [], set()
    for turn in range(rounds):
        crowd = [await chatter(services, f"asker {turn} {number}") for number in range(3)]
        seconds: list[list[float]] = [[], [], []]
        gc.collect()
        gc.disable()
        for row in zip(*kinds, strict=True):
            for place in range(3):
                kind = (place + turn) % 3
                seconds[kind].append(await _time_of(services, crowd[kind], deed, row[kind]))
        gc.enable()
        medians = [statistics.median(one) for one in seconds]
        spreads.append((max(medians) - min(medians)) / min(medians))
        slowest.add(medians.index(max(medians)))
        if spreads[-1] < margin or len(slowest) == len(kinds):
            return
    pytest.fail(f"the kinds of codes differ in time, in each round: {spreads}")


async def _time_of(services: ChatServices, one: Chatter, deed: str, code: str) -> float:
    if deed == "digits":
        await one.says(f"#link {code}")
        text = wrong(await digits_of(services, one))
    else:
        text = f"#{deed} {code}"
    began = time.perf_counter()
    await one.says(text)
    return time.perf_counter() - began


async def test_a_change_of_keys_forgets_no_limit(services: ChatServices, database: Database, cipher: Cipher) -> None:
    an = await chatter(services, "an")
    for number in range(services.config.linking.asked_per_citizen_hour):
        await an.says(f"#link H17.33.2-260302-{number:05d}")
    window = guesses.Window(guesses.Kind.ASKED, f"citizen:{an.citizen.id}", 3600, 10)
    newer = Cipher([generate_key(), *_keys_of(cipher)])
    async with database.transaction() as connection:
        assert await guesses.count(connection, newer, [window]) == [services.config.linking.asked_per_citizen_hour]


def _keys_of(cipher: Cipher) -> list[str]:
    return [key.master.hex() for key in cipher._keys]


async def test_nothing_of_a_code_or_a_phone_is_readable_in_the_tables(services: ChatServices) -> None:
    an = await chatter(services, "an")
    await an.says(f"#link {CODE}")
    digits = await digits_of(services, an)
    async with services.database.transaction() as connection:
        for table in ("link_codes", "guesses", "notices", "citizens"):
            text = json.dumps([dict(row) for row in await fetch(connection, f"SELECT * FROM {table}")], default=str)
            assert digits not in text.replace(CODE, "")
            assert PHONE[2:] not in text
            assert "citizen:" not in text


async def _say_nothing(_answer: object) -> None:
    """Nobody listens."""


async def test_other_tasks_have_codes_sent_and_hear_of_the_proof(services: ChatServices) -> None:
    proved: list[str] = []

    @when_proved("test purpose")
    async def follow(context: object, proof: object) -> None:
        proved.append(proof.phone)  # type: ignore[attr-defined]

    an = await chatter(services, "an")
    context = an.context(next_entry(), "x", say=_say_nothing)
    await ask_code(context, purpose="test purpose", target=Target(phone=PHONE))
    await an.says(await digits_of(services, an))
    assert proved == [PHONE]
    assert await linked(an) == []
    with pytest.raises(ValueError, match="taken"):
        when_proved("test purpose")
