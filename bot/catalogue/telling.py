"""Procedures and their fees in the words of a language: pages of text that fit a message. Pure.

What is shown is what the source says; every answer ends with the source and its date (docs: public-services 8, 10).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from bot.catalogue.fees import FeeKind, clauses_of, ended_rates, format_vnd, judge_fee
from bot.catalogue.handling import Handling, handling_of
from bot.texts import fees as fee_texts
from bot.texts import procedures as procedure_texts
from bot.texts.fees import FeeWords
from bot.texts.procedures import ProcedureWords
from dossiers.names import shorten
from dossiers.text import fold
from storage.procedures import Procedure

MAX_PAGE_CHARS = 1800
"""A message takes 2,000 (docs: zalo 4.2); the head of a page and what the platform adds need some."""
MAX_NAME_CHARS = 160
MAX_SOURCE_CHARS = 200
MAX_ITEM_CHARS = 1500
_NOT_KNOWN = ("khong tim thay", "khong co thong tin", "khong ghi", "bang thoi han de trong")
_IN_BRACKETS = re.compile(r" ?\([^()]*\)")
_REMARK = re.compile(
    r"\b(tren cong|tren bang|(cong|bang) (chi )?(khong )?ghi|doi chieu|nghi sai|coi la|ap dung quy tac|khong don vi|"
    r"quy tac chung|phan mo ta|theo mo ta|theo phan trinh tu)\b"
)
_FIELDS_SHOWN = ("processing", "fee", "papers", "channels")


def tell_papers(
    procedure: Procedure, language: str, *, domain: str, hotline: str, today: date, is_retired: bool = False
) -> list[str]:
    """Return what a citizen needs to know of a procedure, as pages of at most 1,800 characters or so."""
    words = procedure_texts.words_of(language)
    lines = [
        words.title.format(name=shorten(procedure.short_name, MAX_NAME_CHARS), code=procedure.code),
        *_warnings(procedure, words, is_retired=is_retired),
        *_time(procedure, words),
        words.fee.format(fee=" ".join(fee_lines(procedure, language, hotline=hotline, today=today))),
        *_papers(procedure, words),
        *_ways(procedure, words, domain),
    ]
    if procedure.result:
        lines.append(words.result.format(result=_bare(procedure.result)))
    lines += [words.source_language] if words.source_language else []
    lines.append(source_line(procedure, language))
    return _pages(lines, words, shorten(procedure.short_name, 80))


def tell_fee(procedure: Procedure, language: str, *, domain: str, hotline: str, today: date) -> str:
    """Return what a procedure costs, as the source says it, with source and date."""
    words, common = fee_texts.words_of(language), procedure_texts.words_of(language)
    lines = [words.title.format(name=shorten(procedure.short_name, MAX_NAME_CHARS), code=procedure.code)]
    lines += fee_lines(procedure, language, hotline=hotline, today=today)
    if not procedure.verified:
        lines.append(common.unverified)
    elif "fee" not in procedure.verified_fields:
        lines.append(common.partly_verified.format(fields=common.fields["fee"]))
    if "postal" in procedure.channels:
        lines.append(words.postage)
    lines += [words.paying.format(domain=domain), source_line(procedure, language)]
    return "\n".join(lines)


def fee_lines(procedure: Procedure, language: str, *, hotline: str, today: date) -> list[str]:
    """Return the fee in words, line by line: the text as written, and what must be said with it."""
    words = fee_texts.words_of(language)
    kind = judge_fee(procedure)
    if kind is FeeKind.FREE:
        return [words.free]
    written = "" if _is_unknown(procedure.fee.text) else clauses_of(procedure)
    lines = [f"{_bare(written)}."] if written else _items(procedure, words)
    match kind:
        case FeeKind.PARTLY_FREE:
            lines.append(words.as_written)
        case FeeKind.LOCAL:
            lines.append(words.local)
        case FeeKind.UNKNOWN:
            lines.append(words.unknown.format(hotline=hotline))
        case _:
            pass
    return lines + [words.expired.format(day=f"{end:%d/%m/%Y}") for end in ended_rates(procedure, today)]


def source_line(procedure: Procedure, language: str) -> str:
    """Return where the data are from, and of when."""
    said = procedure_texts.words_of(language).source
    source = shorten(procedure.source.split(";")[0].strip(), MAX_SOURCE_CHARS)
    return said.format(source=_bare(source), as_of="/".join(reversed(procedure.as_of.split("-"))))


def where_line(procedure: Procedure, language: str) -> str | None:
    """Return who takes a procedure in, None where the entry tells nothing of it."""
    words = procedure_texts.words_of(language)
    places = _places(procedure, words, handling_of(procedure))
    return words.where.format(where="; ".join(places)) if places else None


def _items(procedure: Procedure, words: FeeWords) -> list[str]:
    """The amounts by themselves, for entries that have no text."""
    said = []
    for item in procedure.fee.items:
        amount = format_vnd(item.amount_vnd)
        priced = words.per.format(amount=amount, unit=item.unit) if item.unit else amount
        said.append(words.item.format(label=item.label, amount=priced))
    return [f"{'; '.join(said)}."] if any(item.amount_vnd for item in procedure.fee.items) else []


def _warnings(procedure: Procedure, words: ProcedureWords, *, is_retired: bool) -> Iterator[str]:
    if is_retired:
        yield words.retired
    if not procedure.verified:
        yield words.unverified
        return
    open_fields = [words.fields[name] for name in _FIELDS_SHOWN if name not in procedure.verified_fields]
    if open_fields:
        yield words.partly_verified.format(fields=", ".join(open_fields))


def _time(procedure: Procedure, words: ProcedureWords) -> Iterator[str]:
    processing = procedure.processing
    text = "" if _is_unknown(processing.text) else _without_remarks(processing.text)
    if not text and processing.value is not None and processing.unit is not None:
        text = _limit(processing.value, processing.unit, words)
    if not text:
        yield words.no_time
        return
    condition = _without_remarks(processing.condition)
    yield words.time.format(time=_bare(text) + (f" ({condition})" if condition else ""))


def _without_remarks(text: str) -> str:
    """A time limit without what editors noted for each other about the portal's table."""
    kept = _IN_BRACKETS.sub(lambda found: "" if _REMARK.search(fold(found[0])) else found[0], text)
    clauses = [clause.strip() for clause in kept.split(";")]
    return "; ".join(clause for clause in clauses if clause and not _REMARK.search(fold(clause)))


def _limit(value: int, unit: str, words: ProcedureWords) -> str:
    if value == 0:
        return words.same_day
    said = {"working_day": words.working_days, "day": words.days, "hour": words.hours}[unit]
    return said.format(value=value)


def _papers(procedure: Procedure, words: ProcedureWords) -> Iterator[str]:
    if not procedure.papers:
        yield words.no_papers
    else:
        yield words.papers
        for number, paper in enumerate(procedure.papers, start=1):
            yield f"{number}. {shorten(paper, MAX_ITEM_CHARS)}"
    if procedure.forms:
        yield words.forms.format(forms=_bare("; ".join(procedure.forms)))


def _ways(procedure: Procedure, words: ProcedureWords, domain: str) -> Iterator[str]:
    handling = handling_of(procedure)
    places = _places(procedure, words, handling)
    if places:
        yield words.where.format(where="; ".join(places))
        if words.at_commune in places and "direct" in procedure.channels:
            yield words.any_office
    ways = {"direct": words.direct, "online": words.online.format(domain=domain), "postal": words.postal}
    if procedure.channels:
        yield words.how.format(channels=", ".join(ways[channel] for channel in procedure.channels))
    if handling.system:
        yield words.system.format(system=handling.system, domain=domain)


def _places(procedure: Procedure, words: ProcedureWords, handling: Handling) -> list[str]:
    if procedure.agency:
        return [_bare(procedure.agency)]
    if handling.is_police:
        return [words.at_police]
    known = {"cap xa": words.at_commune, "cap tinh": words.at_city, "cap bo": words.at_ministry}
    return list(dict.fromkeys(known.get(fold(level), words.elsewhere) for level in procedure.level))


def _is_unknown(text: str) -> bool:
    return fold(text).startswith(_NOT_KNOWN)


def _bare(text: str) -> str:
    """A text to which a full stop will be added."""
    return text.strip().rstrip(".; ")


def _pages(lines: Sequence[str], words: ProcedureWords, name: str) -> list[str]:
    pages: list[list[str]] = [[]]
    for line in lines:
        if pages[-1] and sum(len(one) + 1 for one in pages[-1]) + len(line) > MAX_PAGE_CHARS:
            pages.append([])
        pages[-1].append(line)
    texts = ["\n".join(page) for page in pages]
    return [
        text if number == 1 else f"{words.page.format(name=name, number=number, total=len(texts))}\n{text}"
        for number, text in enumerate(texts, start=1)
    ]
