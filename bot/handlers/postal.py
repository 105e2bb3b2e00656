"""Results by post: one's own dossiers alone; the wish goes to the one-stop system as an event."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from bot.answers import NO, YES, Call, Choice
from bot.context import Context
from bot.feedback.reading import says_no
from bot.handover import HOTLINE
from bot.linking.finding import find_linked
from bot.router import PASS, Passed, Router
from bot.texts.postal import PostalWords, words_of
from bot.understanding import Label
from dossiers import Status
from dossiers.text import fold
from storage import dossiers, outgoing, postal
from storage.dossiers import Dossier
from storage.postal import Wish

router = Router("postal")

MAX_OFFERED: Final = 4
MIN_ADDRESS_WORDS: Final = 4
MAX_ADDRESS_CHARS: Final = 300
RETURNED: Final = frozenset({Status.RETURNED})
WITHOUT_RESULT: Final = frozenset({Status.REFUSED, Status.WITHDRAWN, Status.STOPPED})
_PARCEL = re.compile(
    r"\b(toi dau|den dau|o dau roi|bao gio giao|khi nao giao|may ngay|bao lau|bao gio toi|bao gio den|"
    r"chua (thay|nhan|giao|toi|den)|giao chua|van don|theo doi|tracking|where is|when will|not arrived|lac|that lac)"
)
_POSTAGE = re.compile(r"\b(cuoc|phi|gia|tien|bao nhieu|may dong|ton|mien phi|postage|price|cost|how much|fee|free)\b")


class Postal(StrEnum):
    """Where a wish stands."""

    ADDRESS = "postal.address"


@router.intent(Label.POSTAL_DELIVERY)
async def begin(context: Context) -> None:
    """Answer questions about parcels and postage honestly; take everything else for the wish."""
    said = fold(context.text)
    words = words_of(context.language)
    if _PARCEL.search(said):
        await _answer_parcel(context, words)
    elif _POSTAGE.search(said):
        await context.answer(words.postage, Choice(words.wish, "#post"), Call(words.call, HOTLINE))
    else:
        codes = context.meaning.entities.dossier_codes if context.meaning else ()
        await choose(context, codes[0] if codes else "")


@router.command("post")
async def choose(context: Context, argument: str) -> None:
    """Ask whether the result of a dossier is to come by post; which one, when there are several."""
    words = words_of(context.language)
    if argument:
        dossier = await find_linked(context, argument)
        await (context.answer(words.not_yours) if dossier is None else _offer(context, words, dossier))
        return
    own = await dossiers.linked_to(context.database, context.citizen.id, limit=MAX_OFFERED + 1)
    possible = [one for one in own if Status(one.status) not in RETURNED | WITHOUT_RESULT][:MAX_OFFERED]
    if not own:
        await context.answer(words.nothing_linked, Choice(words.link, "#link"))
    elif len(possible) == 1 or len(own) == 1:
        await _offer(context, words, (possible or own)[0])
    else:
        await context.answer(words.choose, *(Choice(one.code, f"#post {one.id}") for one in possible or own[:4]))


async def _offer(context: Context, words: PostalWords, dossier: Dossier) -> None:
    if reason := _why_not(words, dossier):
        await context.answer(reason)
        return
    wish = await postal.current(context.database, dossier.id)
    if wish is not None:
        await _say_wish(context, words, dossier, wish)
        return
    await context.answer(
        f"{words.confirm.format(code=dossier.code)}\n{words.who_pays}",
        Choice(words.yes, f"#post_yes {dossier.id}", YES),
        Choice(words.no, "#post_no", NO),
    )


@router.command("post_yes")
async def agree(context: Context, argument: str) -> None:
    """Register the wish, after the address where that is asked for."""
    words, dossier = words_of(context.language), await find_linked(context, argument)
    if dossier is None:
        await context.answer(words.not_yours)
    elif reason := _why_not(words, dossier):
        await context.answer(reason)
    elif context.services.config.tickets.asks_address and await postal.current(context.database, dossier.id) is None:
        context.go(Postal.ADDRESS, dossier_id=dossier.id)
        await context.answer(words.ask_address.format(code=dossier.code))
    else:
        await _register(context, words, dossier, None)


@router.command("post_no")
async def refuse(context: Context, argument: str) -> None:  # noqa: ARG001 - the command takes none
    """Leave it."""
    context.leave()
    await context.answer(words_of(context.language).stopped)


@router.state(Postal.ADDRESS)
async def take_address(context: Context) -> Passed | None:
    """Take the address; it goes on encrypted, and nowhere else."""
    words, text = words_of(context.language), " ".join(context.text.split())
    if says_no(text):
        await refuse(context, "")
        return None
    if context.meaning is not None and context.meaning.is_opt_out:
        context.leave()
        return PASS
    if len(text.split()) < MIN_ADDRESS_WORDS or len(text) > MAX_ADDRESS_CHARS:
        await context.answer(words.short_address, Choice(words.no, "#post_no"))
        return None
    dossier = await find_linked(context, str(context.standing.data.get("dossier_id", "")))
    context.leave()
    await (context.answer(words.not_yours) if dossier is None else _register(context, words, dossier, text))
    return None


@router.command("post_withdraw")
async def withdraw(context: Context, argument: str) -> None:
    """Take the wish back, and tell the one-stop system."""
    words, dossier = words_of(context.language), await find_linked(context, argument)
    if dossier is None:
        await context.answer(words.not_yours)
        return
    async with context.database.transaction() as connection:
        is_withdrawn = await postal.withdraw(connection, dossier.id)
        if is_withdrawn:
            await outgoing.add(
                connection,
                context.services.cipher,
                type="hoso.postal.withdrawn",
                subject=dossier.code,
                data={"dossier_code": dossier.code},
                entry_id=context.entry_id,
            )
    # Run again after a crash, it is withdrawn already.
    is_withdrawn = is_withdrawn or await postal.was_withdrawn_lately(context.database, dossier.id)
    said = words.withdrawn if is_withdrawn else words.nothing_to_withdraw
    await context.answer(said.format(code=dossier.code))


async def _register(context: Context, words: PostalWords, dossier: Dossier, address: str | None) -> None:
    cipher = context.services.cipher
    async with context.database.transaction() as connection:
        wish, is_own = await postal.register(
            connection,
            cipher,
            dossier_id=dossier.id,
            citizen_id=context.citizen.id,
            entry_id=context.entry_id,
            address=address,
        )
        if is_own:
            await outgoing.add(
                connection,
                cipher,
                type="hoso.postal.requested",
                subject=dossier.code,
                data=_tell(dossier, wish, address),
                entry_id=context.entry_id,
            )
    if not is_own:
        await _say_wish(context, words, dossier, wish)
        return
    await context.answer(
        f"{words.registered.format(code=dossier.code)}\n{words.call_back}\n{words.who_pays}",
        Choice(words.withdraw, f"#post_withdraw {dossier.id}"),
    )


def _tell(dossier: Dossier, wish: Wish, address: str | None) -> dict[str, str | None]:
    return {
        "dossier_code": dossier.code,
        "procedure_code": dossier.procedure_code,
        "agency_code": dossier.agency_code,
        "requested_at": wish.created_at.isoformat(),
        **({} if address is None else {"address": address}),
    }


async def _say_wish(context: Context, words: PostalWords, dossier: Dossier, wish: Wish) -> None:
    said = words.stands.format(code=dossier.code, since=words.format_moment(wish.created_at))
    await context.answer(f"{said}\n{words.call_back}", Choice(words.withdraw, f"#post_withdraw {dossier.id}"))


async def _answer_parcel(context: Context, words: PostalWords) -> None:
    lines = []
    for one in await dossiers.linked_to(context.database, context.citizen.id, limit=MAX_OFFERED):
        wish = await postal.current(context.database, one.id)
        if wish is not None:
            lines.append(words.parcel_stands.format(code=one.code, since=words.format_moment(wish.created_at)))
    await context.answer("\n".join([*lines, words.parcel]), Call(words.call, HOTLINE))


def _why_not(words: PostalWords, dossier: Dossier) -> str | None:
    status = Status(dossier.status)
    if status in RETURNED:
        return words.already_returned.format(code=dossier.code)
    return words.no_result.format(code=dossier.code) if status in WITHOUT_RESULT else None
