"""Linking a dossier: which one, a code to the phone in it, the code typed here. See docs/linking.md.

Anybody may type every command by hand: each looks at what is proved in the database, never at the state in Valkey.
"""

from __future__ import annotations

from enum import StrEnum

from bot.answers import NO, Choice, Option
from bot.context import Context
from bot.linking.asking import LINK, RELATIVE, Asked, Target, ask_code
from bot.linking.codes import typed_code
from bot.linking.finding import find_link
from bot.linking.pictures import has_identity_number
from bot.linking.proving import Outcome, Proved, link_others, prove
from bot.linking.purposes import follows_of
from bot.linking.reading import has_forgotten, is_about_relative, read_target, speaks_of_code
from bot.router import PASS, Match, Passed, Router
from bot.texts.linking import LinkingWords, words_of
from bot.understanding import LOW_CONFIDENCE, Label
from dossiers.contact import PhoneKind, classify_phone
from storage import link_codes, links
from storage.links import Link

router = Router("linking")

_MISSES_BEFORE_HELP = 2
_DAY_SECONDS = 86400.0
# What a person may well say in the middle of linking without having changed the subject.
_OWN_LABELS = frozenset({Label.LINK_DOSSIER, Label.DOSSIER_STATUS, Label.LIST_DOSSIERS, Label.OUT_OF_SCOPE})


class Linking(StrEnum):
    """Where linking stands; `data`: `code` or `phone`, `relative`, `misses`."""

    WHICH = "linking.which"
    CODE = "linking.code"


@router.command("link")
@router.command("photo")
async def link(context: Context, argument: str) -> None:
    """Begin with the dossier code or phone of a button or a command, or ask for one."""
    await _begin_or_ask(context, argument)


@router.command("link_phone")
async def link_phone(context: Context, argument: str) -> None:  # noqa: ARG001 - there is nothing to say beside it
    """Ask for the phone of somebody who forgot the code."""
    words = words_of(context.language)
    context.go(Linking.WHICH)
    await context.answer(words.which_phone, Choice(words.button_cancel, "#link_stop", NO))


@router.command("link_again")
async def link_again(context: Context, argument: str) -> None:  # noqa: ARG001 - as above
    """Send another code for the same."""
    data = context.standing.data
    if data.get("code") is None and data.get("phone") is None:
        await _ask_which(context)
        return
    await begin(context, Target(data.get("code"), data.get("phone")), is_relative=bool(data.get("relative")))


@router.command("link_stop")
async def link_stop(context: Context, argument: str) -> None:  # noqa: ARG001 - as above
    """End it."""
    words = words_of(context.language)
    context.leave()
    await context.answer(words.cancelled, Choice(words.button_list, "#mine"))


@router.command("link_relative")
async def link_relative(context: Context, argument: str) -> None:
    """Note that the code under way, or a link of one's own, is about a relative's dossier."""
    words, config = words_of(context.language), context.services.config.linking
    if argument:
        await _lend(context, argument)
        return
    instead_of = (LINK, RELATIVE)
    if await link_codes.change_purpose(context.database, context.citizen.id, RELATIVE, instead_of=instead_of):
        context.go(Linking.CODE, **{**context.standing.data, "relative": True})
        await context.answer(words.for_relative.format(days=config.relative_days), *_code_options(words))
    else:
        await _ask_which(context, is_relative=True)


@router.command("link_all")
async def link_all(context: Context, argument: str) -> None:  # noqa: ARG001 - as above
    """Link the other dossiers of the phone that was proved a short while ago."""
    words = words_of(context.language)
    count = await link_others(context)
    if count is None:
        await _ask_which(context, words.proof_too_old)
        return
    context.leave()
    await context.answer(words.linked_phone.format(count=count), Choice(words.button_list, "#mine"))


@router.intent(Label.LINK_DOSSIER)
async def want_link(context: Context) -> None:
    """Begin with what is in the words, or ask for it."""
    await _begin_or_ask(context, context.text)


@router.state(Linking.WHICH)
async def hear_which(context: Context) -> Passed | None:
    """Take the dossier code or the phone that was asked for."""
    words, text = words_of(context.language), context.text
    if (target := read_target(text)) is not None:
        await begin(context, target, is_relative=bool(context.standing.data.get("relative")) or is_about_relative(text))
        return None
    if has_identity_number(text):
        await refuse_identity(context)
        return None
    if classify_phone(text) in (PhoneKind.LANDLINE, PhoneKind.SHORT):
        await context.answer(words.no_mobile, Choice(words.button_cancel, "#link_stop", NO))
        return None
    if has_forgotten(text):
        await link_phone(context, "")
        return None
    misses = int(context.standing.data.get("misses", 0)) + 1
    if _is_another_subject(context) or misses > _MISSES_BEFORE_HELP:
        context.leave()
        return PASS
    context.go(Linking.WHICH, **{**context.standing.data, "misses": misses})
    await context.answer(
        words.not_found_in_text,
        Choice(words.button_phone, "#link_phone"),
        Choice(words.button_person, "#person"),
        Choice(words.button_cancel, "#link_stop", NO),
    )
    return None


@router.state(Linking.CODE)
async def hear_code(context: Context) -> Passed | None:
    """Take the six digits; anything else is another target, another subject, or a slip."""
    words, text = words_of(context.language), context.text
    if (digits := typed_code(text)) is not None:
        await _try(context, digits)
        return None
    if (target := read_target(text)) is not None:
        await begin(context, target, is_relative=bool(context.standing.data.get("relative")) or is_about_relative(text))
        return None
    if has_identity_number(text):
        await refuse_identity(context)
        return None
    if is_about_relative(text):
        await link_relative(context, "")
        return None
    if not speaks_of_code(text) and _is_another_subject(context):
        return PASS  # the code may still be typed afterwards
    await context.answer(words.expects_digits, *_code_options(words, is_relative=False))
    return None


async def has_code_under_way(context: Context) -> Match:
    """Filter: six digits were typed by somebody who has a code to type; extra `digits`. The state may be lost."""
    digits = typed_code(context.text)
    if digits is None or not await link_codes.has_open(context.database, context.citizen.id):
        return False
    return {"digits": digits}


@router.intent(*Label, filters=(has_code_under_way,))
async def hear_code_without_state(context: Context, digits: str) -> None:
    """Take the digits all the same: what counts is in PostgreSQL."""
    await _try(context, digits)


@router.unclear()
async def hear_unclear_code(context: Context) -> Passed | None:
    """As above, where the words alone were not understood."""
    match = await has_code_under_way(context)
    if not isinstance(match, dict):
        return PASS
    await _try(context, match["digits"])
    return None


async def begin(context: Context, target: Target, *, is_relative: bool = False) -> None:
    """Have a code sent for a dossier or a phone, and wait for it; also for other tasks (a photo of the receipt)."""
    words = words_of(context.language)
    if target.code is not None and (known := await _own_link(context, target.code, is_relative=is_relative)):
        context.leave()
        await context.answer(words.already.format(code=known.dossier.code), *_after_link(words, known))
        return
    asked = await ask_code(context, purpose=RELATIVE if is_relative else LINK, target=target)
    if asked is Asked.TOO_MANY:
        await _say_too_many(context)
        return
    context.go(Linking.CODE, code=target.code, phone=target.phone, relative=is_relative)
    minutes = round(context.services.config.linking.code_seconds / 60)
    said = words.sent if target.code is not None else words.sent_phone
    text = said.format(minutes=minutes)
    if is_relative:
        text += "\n" + words.for_relative.format(days=context.services.config.linking.relative_days)
    await context.answer(text, *_code_options(words, is_relative=not is_relative))


async def wait_for_code(context: Context, text: str) -> None:
    """Wait for the digits of a code that another task asked for (`bot.linking.ask_code`), saying `text` of its own."""
    words = words_of(context.language)
    context.go(Linking.CODE)
    await context.answer(text, Choice(words.button_cancel, "#link_stop", NO))


async def refuse_identity(context: Context) -> None:
    """Warn somebody who sent an identity number; nothing of the message is written into the transcript."""
    if context.transcript is not None:
        context.transcript.forget()
    await context.answer(words_of(context.language).identity_number)


async def _begin_or_ask(context: Context, text: str) -> None:
    is_relative = is_about_relative(text)
    if (target := read_target(text)) is not None:
        await begin(context, target, is_relative=is_relative)
    elif has_identity_number(text):
        await refuse_identity(context)
    elif has_forgotten(text):
        await link_phone(context, "")
    else:
        await _ask_which(context, is_relative=is_relative)


async def _ask_which(context: Context, text: str | None = None, *, is_relative: bool = False) -> None:
    words = words_of(context.language)
    context.go(Linking.WHICH, relative=is_relative)
    await context.answer(
        text or words.which, Choice(words.button_phone, "#link_phone"), Choice(words.button_cancel, "#link_stop", NO)
    )


async def _try(context: Context, digits: str) -> None:
    words, proved = words_of(context.language), await prove(context, digits)
    match proved.outcome:
        case Outcome.TOO_MANY:
            await _say_too_many(context)
        case Outcome.WRONG:
            await context.answer(words.wrong.format(left=proved.left), *_code_options(words, is_relative=False))
        case Outcome.OVER:
            await context.answer(words.over, *_code_options(words, is_relative=False))
        case Outcome.RIGHT:
            await _say_linked(context, proved)


async def _say_linked(context: Context, proved: Proved) -> None:
    words, linked, proof = words_of(context.language), proved.linked, proved.proof
    context.leave()
    assert proof is not None  # noqa: S101 - a right code always comes with it
    if proof.purpose not in (LINK, RELATIVE):
        await follows_of(proof.purpose)(context, proof)
        return
    options: list[Option] = []
    if len(linked.dossier_ids) == 1:
        known = await links.get(context.database, context.citizen.id, linked.dossier_ids[0])
        text = words.over if known is None else _told(context, known)
        options = [] if known is None else _after_link(words, known)
    elif linked.dossier_ids:
        text, options = words.linked_phone.format(count=len(linked.dossier_ids)), [Choice(words.button_list, "#mine")]
    elif linked.is_shared:
        text, options = words.shared_phone, [Choice(words.button_link, "#link")]
    else:
        text, options = ("" if linked.others else words.nothing_on_phone), [Choice(words.button_list, "#mine")]
    if linked.others:
        text = "\n".join(filter(None, (text, words.more_of_phone.format(count=linked.others))))
        options = [Choice(words.button_link_all.format(count=linked.others), "#link_all"), *options]
    await context.answer(text, *options[:5])


def _told(context: Context, link: Link) -> str:
    words = words_of(context.language)
    if link.expires_at is None:
        return words.linked.format(code=link.dossier.code)
    return words.linked_relative.format(code=link.dossier.code, until=until(context, link))


def until(context: Context, link: Link) -> str:
    """Return the last whole day of a relative's link, as people write it; empty for one of one's own."""
    if link.expires_at is None:
        return ""
    return link.expires_at.astimezone(context.services.config.zone).strftime("%d/%m/%Y")


async def _lend(context: Context, argument: str) -> None:
    words, days = words_of(context.language), context.services.config.linking.relative_days
    known = await find_link(context, argument)
    if known is not None and known.expires_at is None:
        await links.lend(context.database, context.citizen.id, known.dossier.id, seconds=days * _DAY_SECONDS)
        known = await links.get(context.database, context.citizen.id, known.dossier.id)
    if known is None:
        await context.answer(words.not_linked, Choice(words.button_link, "#link"))
        return
    text = words.lent.format(code=known.dossier.code, until=until(context, known))
    await context.answer(text, Choice(words.button_list, "#mine"))


async def _own_link(context: Context, code: str, *, is_relative: bool) -> Link | None:
    known = await links.find(context.database, context.citizen.id, code)
    # One's own is proved again where a relative's link is to become it, or is to last longer.
    return known if known is not None and (known.expires_at is None or not is_relative) else None


async def _say_too_many(context: Context) -> None:
    words = words_of(context.language)
    context.leave()
    await context.answer(words.too_many, Choice(words.button_person, "#person"))


def _is_another_subject(context: Context) -> bool:
    meaning = context.meaning
    if meaning is None:
        return False
    if meaning.is_opt_out:
        return True
    return meaning.confidence >= LOW_CONFIDENCE and meaning.label not in _OWN_LABELS


def _code_options(words: LinkingWords, *, is_relative: bool = False) -> list[Option]:
    relative = [Choice(words.button_relative, "#link_relative")] if is_relative else []
    return [*relative, Choice(words.button_again, "#link_again"), Choice(words.button_cancel, "#link_stop", NO)]


def _after_link(words: LinkingWords, link: Link) -> list[Option]:
    options: list[Option] = [
        Choice(words.button_status.format(code=link.dossier.code), f"#status {link.dossier.code}"),
        Choice(words.button_list, "#mine"),
    ]
    if link.expires_at is None:
        options.append(Choice(words.button_relative, f"#link_relative {link.dossier.code}"))
    return options
