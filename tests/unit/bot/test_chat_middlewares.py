"""The middlewares around every handler: what is written down, who is silent when, which language answers."""

import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.chat_middlewares.flood import stem_floods
from bot.chat_middlewares.handover import keep_quiet
from bot.chat_middlewares.language import guess_language, language_of
from bot.chat_middlewares.transcript import keep_transcript
from bot.context import Context
from bot.rendering import Rendered
from bot.texts.limits import words_of
from bot.transcript import Transcript
from bot.understanding import Label
from bot.updates import UpdateKind
from storage.conversations import Conversation
from storage.inbox import Entry
from tests.unit.bot.contexts import NOW, Heard, make_context, meaning

ENTRY = Entry(7, "zalo", "k", "oa", "user_send_text", "message", NOW, "{}", 1, uuid.UUID(int=1))


class Rest:
    """What comes after a middleware."""

    def __init__(self) -> None:
        self.calls = 0

    async def __call__(self, _context: Context) -> bool:
        self.calls += 1
        return True


def in_flood(entry: int = 7, *, text: str = "alo", heard: Heard | None = None, **how: Any) -> Context:
    context = make_context(text, conversation=Conversation(1, flooded_by=entry), heard=heard)
    context.meaning = meaning(**how)
    return context


async def test_the_message_that_begins_a_flood_is_told_so_and_the_next_ones_meet_silence() -> None:
    heard, rest = Heard(), Rest()
    assert await stem_floods(in_flood(7, heard=heard), rest)
    assert heard.texts == [words_of("vi").too_many]
    assert await stem_floods(in_flood(6, heard=heard), rest)
    assert len(heard.texts) == 1
    assert rest.calls == 0


@pytest.mark.parametrize("how", [{"is_danger": True}, {"is_opt_out": True}])
async def test_no_flood_hides_danger_nor_the_wish_to_be_left_alone(how: dict[str, bool]) -> None:
    rest = Rest()
    await stem_floods(in_flood(**how), rest)
    assert rest.calls == 1


async def test_of_commands_only_the_urgent_ones_pass_a_flood() -> None:
    rest = Rest()
    for command in ("stop", "status"):
        context = in_flood()
        context.meaning, context.command = None, (command, "")
        await stem_floods(context, rest)
    assert rest.calls == 1


async def test_who_follows_in_a_flood_is_noted() -> None:
    rest = Rest()
    await stem_floods(make_context(None, kind=UpdateKind.FOLLOWED, conversation=Conversation(1, flooded_by=3)), rest)
    assert rest.calls == 1


@pytest.mark.parametrize(
    ("conversation", "is_heard"),
    [
        (Conversation(1), True),
        (Conversation(1, mode="waiting"), True),
        (Conversation(1, mode="officer"), False),
        (Conversation(1, silent_until=NOW + timedelta(seconds=1)), False),
        (Conversation(1, silent_until=NOW), True),
        (None, True),
    ],
)
async def test_the_assistant_is_silent_while_an_officer_talks(
    conversation: Conversation | None, *, is_heard: bool
) -> None:
    rest = Rest()
    context = make_context("alo", conversation=conversation)
    context.meaning = meaning()
    assert await keep_quiet(context, rest)
    assert rest.calls == is_heard


async def test_an_officers_talk_stops_neither_commands_nor_danger_nor_opting_out_nor_other_deeds() -> None:
    rest, taken = Rest(), Conversation(1, mode="officer")
    command = make_context("#end", conversation=taken)
    command.command = ("end", "")
    danger, opting_out = make_context("cứu", conversation=taken), make_context("dừng", conversation=taken)
    danger.meaning, opting_out.meaning = meaning(is_danger=True), meaning(is_opt_out=True)
    for context in (command, danger, opting_out, make_context(None, kind=UpdateKind.UNFOLLOWED, conversation=taken)):
        await keep_quiet(context, rest)
    assert rest.calls == 4


async def keep(context: Context) -> list[Any]:
    context.transcript = transcript = Transcript(ENTRY)
    rest = Rest()
    await keep_transcript(context, rest)
    assert rest.calls == 1
    transcript.add_sent(1, Rendered("Chào"), "m-1")
    return transcript.take()


async def test_a_message_and_its_answers_are_kept_in_order() -> None:
    context = make_context("Lệ phí bao nhiêu")
    context.meaning = meaning(Label.FEE)
    mine, answer = await keep(context)
    assert (mine.author, mine.kind, mine.part, mine.text, mine.label) == ("citizen", "text", 0, context.text, "fee")
    assert (answer.author, answer.part, answer.text, answer.message_id) == ("bot", 1, "Chào", "m-1")
    assert mine.entry_id == answer.entry_id == ENTRY.id


@pytest.mark.parametrize(
    ("text", "mode", "kept"),
    [
        ("CCCD 048090001234", "bot", "[số đã ẩn]"),
        ("gọi 0905 123 456", "bot", "[số đã ẩn]"),
        ("gọi 0905 123 456", "officer", "0905 123 456"),
        ("hồ sơ H17.33.2-260302-0001", "bot", "H17.33.2-260302-0001"),
    ],
)
async def test_personal_numbers_are_hidden_unless_a_person_reads_along(text: str, mode: str, kept: str) -> None:
    mine, _ = await keep(make_context(text, conversation=Conversation(1, mode=mode)))
    assert kept in mine.text


@pytest.mark.parametrize("kind", [UpdateKind.GROUP, UpdateKind.FOLLOWED, UpdateKind.WITHDREW])
async def test_groups_and_deeds_without_words_leave_no_transcript(kind: UpdateKind) -> None:
    assert await keep(make_context("alo", kind=kind)) == []


async def test_what_staff_wrote_is_kept_as_theirs() -> None:
    mine, _ = await keep(make_context("Chào anh", kind=UpdateKind.STAFF_WROTE))
    assert (mine.author, mine.kind) == ("officer", "text")


async def test_a_forgotten_exchange_is_not_kept() -> None:
    transcript = Transcript(ENTRY)
    context = replace(make_context("xóa hết"), transcript=transcript)
    await keep_transcript(context, Rest())
    transcript.forget()
    transcript.add_sent(1, Rendered("Đã xóa"), "m-1")
    assert transcript.take() == []


@pytest.mark.parametrize(
    ("text", "is_english", "present", "language"),
    [
        ("How much is it?", True, "vi", "en"),
        ("Lệ phí bao nhiêu?", False, "en", "vi"),
        ("đi đâu", False, "en", "vi"),
        ("ok", False, "en", "en"),
        ("12", False, "vi", "vi"),
    ],
)
def test_the_language_follows_the_words(text: str, *, is_english: bool, present: str, language: str) -> None:
    assert language_of(text, is_english=is_english, present=present) == language


async def test_a_chosen_language_stays() -> None:
    context = make_context("How much is it?", has_chosen_language=True)
    context.meaning = meaning(is_english=True)
    rest = Rest()
    await guess_language(context, rest)
    assert (context.language, rest.calls) == ("vi", 1)
