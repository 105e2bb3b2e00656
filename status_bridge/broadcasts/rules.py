"""What a broadcast must keep to: the platform's lengths, the city's domains, the law's hours. Pure.

Each rule yields the problems that it finds; a form shows all of them, a refusal names the first.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from typing import Final

from dossiers.calendar import QuietHours
from dossiers.masking import contains_personal_number
from dossiers.text import clean
from status_bridge.broadcasts.config import BroadcastConfig
from status_bridge.broadcasts.links import find_links, judge_link
from status_bridge.broadcasts.placeholders import PLACEHOLDER, has_stray_brace, known_names, names_in
from status_bridge.broadcasts.refusals import Problem
from status_bridge.broadcasts.render import Writer
from status_bridge.composition import MAX_TEXT_CHARS
from storage.audiences import Audience
from storage.broadcasts import Draft, Estimate
from storage.officers import EVERYWHERE, covers

ADVERTISING_HOURS: Final = (time(7), time(22))
"""docs: public-services 6.4 (Decree 91/2020/NĐ-CP, art. 13)."""
ADVERTISING_PER_DAY: Final = 3
"""Messages to one number in 24 hours (the same article); whoever makes rows keeps to it."""
MIN_CANARY_PERCENT: Final = 0.1
MAX_DAYS_AHEAD: Final = 90
GROWTH: Final = 1.1
"""So many times the people that were approved may be there at the start: dossiers come and go."""
SPARE_PEOPLE: Final = 20
"""So many people more are no growth, however few were approved."""
_QUIET_FOR_ADVERTISING: Final = QuietHours(ADVERTISING_HOURS[1], ADVERTISING_HOURS[0])
_ALLOWED_CONTROLS: Final = "\n\r"


def problems_of(
    draft: Draft, config: BroadcastConfig, *, columns: Sequence[str] = (), now: datetime | None
) -> list[Problem]:
    """Return every rule that a draft breaks; `columns` are those of its list, `now` carries an offset.

    Without `now` its planned moment is not looked at: at the start it has passed.
    """
    if monstrous := list(_of_size(draft)):
        return monstrous
    return [
        *_of_title(draft),
        *_of_texts(draft, known_names(draft.audience, columns)),
        *_of_lengths(draft, config),
        *_of_link(draft, config),
        *_of_audience(draft),
        *_of_purpose(draft),
        *_of_schedule(draft, config, now),
    ]


def needed_approvals(draft: Draft, estimate: Estimate, config: BroadcastConfig) -> int:
    """Return how many people beside its authors must approve: two of an urgent one, one above a threshold."""
    if draft.urgent:
        return 2
    is_above = estimate.people >= config.approval_people or estimate.cost_vnd >= config.approval_cost_vnd
    return 1 if is_above else 0


def has_outgrown(estimate: Estimate, asked: int, config: BroadcastConfig, *, is_alone: bool) -> bool:
    """Return whether an audience of `asked` people now is more than was decided on by its count.

    With `is_alone` nobody but its authors looked at it: both thresholds hold at the start as well. Whoever came since
    is taken for reachable, at the average cost of those who were counted.
    """
    if asked > max(estimate.asked * GROWTH, estimate.asked + SPARE_PEOPLE):
        return True
    more = max(0, asked - estimate.asked)
    cost_vnd = estimate.cost_vnd + more * estimate.cost_vnd / max(1, estimate.people)
    is_above = (
        estimate.people + more >= config.approval_people > estimate.people
        or cost_vnd >= config.approval_cost_vnd > estimate.cost_vnd
    )
    return is_alone and is_above


def may_advertise(moment: datetime, config: BroadcastConfig) -> bool:
    """Return whether the law lets advertising out at a moment."""
    return not _QUIET_FOR_ADVERTISING.contains(moment.astimezone(config.zone))


def advertising_release(moment: datetime, config: BroadcastConfig) -> datetime:
    """Return the first moment from `moment` on at which advertising may go out."""
    return _QUIET_FOR_ADVERTISING.release_time(moment, zone=config.zone)


def _of_title(draft: Draft) -> Iterator[Problem]:
    if not clean(draft.title):
        yield Problem("title", "title_empty")


def _fields(draft: Draft) -> list[tuple[str, str]]:
    message = draft.message
    fields = [("text", message.text), *((f"params.{name}", value) for name, value in sorted(message.params.items()))]
    return fields if message.sms is None else [*fields, ("sms", message.sms)]


def _of_size(draft: Draft) -> Iterator[Problem]:
    """Look at nothing else where a text is far beyond any limit: that would take long."""
    for field, text in _fields(draft):
        if len(text) > 2 * MAX_TEXT_CHARS:
            yield Problem(field, "text_too_long", {"longest": len(text), "max": MAX_TEXT_CHARS})


def _of_texts(draft: Draft, known: Sequence[str]) -> Iterator[Problem]:
    link = draft.message.link
    for field, text in [*_fields(draft), ("title", draft.title)]:
        if field != "title" and not clean(text):
            yield Problem(field, "text_empty")
        if any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co") and c not in _ALLOWED_CONTROLS for c in text):
            yield Problem(field, "sign_forbidden")
        if field == "title":
            continue
        for name in dict.fromkeys(names_in(text)):
            if name not in known:
                yield Problem(field, "placeholder_unknown", {"name": name, "known": tuple(known)})
        if has_stray_brace(text):
            yield Problem(field, "brace_stray")
        is_in_template = field.startswith("params.")
        words = text if link is None or is_in_template else text.replace(link, " ")
        if find_links(PLACEHOLDER.sub(" ", words)) or find_links(PLACEHOLDER.sub("a", words)):
            yield Problem(field, "link_in_text")
        if is_in_template and contains_personal_number(text):
            yield Problem(field, "number_in_text")  # docs: zalo 6.4, "Links and phone numbers only in buttons"


def _of_lengths(draft: Draft, config: BroadcastConfig) -> Iterator[Problem]:
    limits = config.params_of(draft.message.template_id)
    if limits is None:
        yield Problem("template_id", "template_unknown", {"template_id": draft.message.template_id})
        return
    for name in limits:
        if name not in draft.message.params:
            yield Problem(f"params.{name}", "param_missing", {"name": name})
    for name in sorted(draft.message.params):
        if name not in limits:
            yield Problem(f"params.{name}", "param_unknown", {"name": name})
    longest = Writer.of(draft, is_unicode=config.route.short.is_unicode).longest()
    lengths = [("text", longest.text, MAX_TEXT_CHARS)]
    lengths += [(f"params.{name}", longest.params.get(name, ""), limit) for name, limit in limits.items()]
    for field, text, limit in lengths:
        if len(text) > limit:
            yield Problem(field, "text_too_long", {"longest": len(text), "max": limit})
    if longest.sms is not None and (parts := config.route.short.parts(longest.sms)) > config.route.short.max_parts:
        yield Problem("sms", "sms_too_long", {"parts": parts, "max": config.route.short.max_parts})


def _of_link(draft: Draft, config: BroadcastConfig) -> Iterator[Problem]:
    link = draft.message.link
    if link is not None and (word := judge_link(link, config.official_domains)) is not None:
        yield Problem("link", word, {"domains": tuple(config.official_domains)})


def _of_audience(draft: Draft) -> Iterator[Problem]:
    if not stays_within(draft.audience, draft.unit):
        yield Problem("units", "audience_beyond_unit", {"unit": draft.unit})


def stays_within(audience: Audience, unit: str) -> bool:
    """Return whether an audience holds nobody whom the unit has nothing to do with; a list is the unit's own."""
    if unit == EVERYWHERE or (audience.kind == "list" and not audience.units):
        return True
    return bool(audience.units) and all(covers(unit, one) for one in audience.units)


def _of_purpose(draft: Draft) -> Iterator[Problem]:
    if draft.purpose != "advertising":
        return
    asked = draft.audience.kind == "subscribers" and draft.audience.category == draft.category
    if draft.category is None or not asked:
        yield Problem("category", "advertising_category")
    if draft.urgent:
        yield Problem("urgent", "advertising_urgent")
    # docs: zalo 10.3: another sender name, other lengths and hours; and gateways turn the label's brackets round.
    if draft.message.sms is not None:
        yield Problem("sms", "advertising_sms")


def _of_schedule(draft: Draft, config: BroadcastConfig, now: datetime | None) -> Iterator[Problem]:
    if draft.canary_percent is not None and draft.canary_percent < MIN_CANARY_PERCENT:
        yield Problem("canary_percent", "canary_small", {"percent": MIN_CANARY_PERCENT})
    if draft.scheduled_at is not None and now is not None:
        yield from problems_of_moment(draft, draft.scheduled_at, config, now=now)


def problems_of_moment(draft: Draft, at: datetime, config: BroadcastConfig, *, now: datetime) -> Iterator[Problem]:
    """Yield what is wrong with a moment to begin at."""
    if at.tzinfo is None or at.utcoffset() is None:
        yield Problem("scheduled_at", "schedule_no_zone")
        return
    if at < now:
        yield Problem("scheduled_at", "schedule_past")
    if at > now + timedelta(days=MAX_DAYS_AHEAD):
        yield Problem("scheduled_at", "schedule_far", {"days": MAX_DAYS_AHEAD})
    yield from problems_of_hour(draft, at, config)


def problems_of_hour(draft: Draft, at: datetime, config: BroadcastConfig) -> Iterator[Problem]:
    """Yield what the law says of sending at a moment: information from an authority is not advertising."""
    if draft.purpose == "advertising" and not may_advertise(at, config):
        start, end = ADVERTISING_HOURS
        yield Problem("scheduled_at", "advertising_hours", {"start": f"{start:%H:%M}", "end": f"{end:%H:%M}"})
