"""What a procedure costs: as the source says it, with source and date."""

from __future__ import annotations

from enum import StrEnum

from bot.answers import Choice, Option
from bot.catalogue.finding import find
from bot.catalogue.telling import tell_fee
from bot.context import Context
from bot.handlers import procedures as procedure_handlers
from bot.handlers.procedures import Asking, has_changed_subject, names_another, names_something, offer, say_gone
from bot.router import PASS, Passed, Router
from bot.texts.fees import words_of
from bot.understanding import Label
from storage import procedures
from storage.procedures import Procedure

router = Router("fees")


class AskingFee(StrEnum):
    """Which procedure's fee, was asked."""

    NAME = "fees.name"


@router.command("fee")
async def show(context: Context, argument: str) -> None:
    """`#fee 1.001193`, or `#fee` from the menu."""
    if not argument:
        await _ask(context)
        return
    procedure = await procedures.get(context.database, argument)
    if procedure is None:
        await say_gone(context, argument)
        return
    await _tell(context, procedure)


@router.state(AskingFee.NAME)
async def hear_name(context: Context) -> Passed | None:
    """The name that was asked for."""
    if has_changed_subject(context, Label.PROCEDURE_PAPERS, Label.FEE, Label.WHERE_WHEN):
        context.leave()
        return PASS
    await _search(context)
    return None


@router.state(Asking.SHOWN)
async def hear_more(context: Context) -> Passed | None:
    """After a procedure was shown, "hết bao nhiêu tiền" is about that one, unless another is named."""
    meaning = context.meaning
    if meaning is None or meaning.label is not Label.FEE or names_another(context.text):
        return PASS
    if (await find(context.database, context.text)).found:
        return PASS
    shown = await procedures.get(context.database, str(context.standing.data.get("code")))
    if shown is None:
        return PASS
    await _tell(context, shown)
    return None


@router.intent(Label.FEE)
async def answer(context: Context) -> None:
    """Search for the procedure that the message names."""
    await _search(context)


async def _search(context: Context) -> None:
    result = await find(context.database, context.text)
    if result.is_sure:
        await _tell(context, result.found[0].procedure)
    elif result.found:
        context.go(AskingFee.NAME)
        await offer(context, result, "fee")
    elif names_something(context.text) and (context.standing.state == AskingFee.NAME or names_another(context.text)):
        await procedure_handlers.say_nothing_found(context, context.text)
    else:
        await _ask(context)


async def _ask(context: Context) -> None:
    """Where fees are paid, and which procedure is meant."""
    words = words_of(context.language)
    context.go(AskingFee.NAME)
    await context.answer(f"{words.paying.format(domain=context.services.config.official_domain)}\n{words.ask}")


async def _tell(context: Context, procedure: Procedure) -> None:
    config, words = context.services.config, words_of(context.language)
    text = tell_fee(
        procedure,
        context.language,
        domain=config.official_domain,
        hotline=config.hotline,
        today=context.now.astimezone(config.zone).date(),
    )
    context.go(Asking.SHOWN, code=procedure.code)
    options: tuple[Option, ...] = (
        Choice(words.papers_button, f"#papers {procedure.code}"),
        Choice(words.another, "#fee"),
    )
    await context.answer(text, *options)
