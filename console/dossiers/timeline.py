"""A dossier's way as one list: its events and its notices, each with route, attempts and what officers did. Pure."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from console.dossiers.common import word
from console.dossiers.needs import Explainer
from storage.apologies import Apology
from storage.dossier_pages import DossierEvent
from storage.notice_marks import Mark
from storage.notices import Attempt, NoticeView
from storage.stories import total_cost_vnd

Translate = Callable[..., str]
TONES: Final[Mapping[str, str]] = {
    "delivered": "good",
    "read": "good",
    "accepted": "info",
    "failed": "bad",
    "no_mobile": "bad",
    "in_doubt": "warn",
    "held": "neutral",
}
"""Of a state's badge; any other is neutral."""
_FINAL: Final = frozenset({"failed", "no_mobile", "in_doubt", "accepted", "delivered", "read"})
_WAITING: Final = frozenset({"held", "pending"})
_ARRIVED: Final = frozenset({"accepted", "delivered", "read"})


@dataclass(frozen=True, slots=True)
class EventItem:
    """An event: where the dossier came, and what it was told as."""

    at: datetime
    title: str
    source: str
    notes: tuple[str, ...]
    place: int
    is_notice: bool = False


@dataclass(frozen=True, slots=True)
class AttemptLine:
    """One attempt in words."""

    at: datetime
    what: str
    code: str | None
    meaning: str | None
    latency_ms: int | None


@dataclass(frozen=True, slots=True)
class NoticeItem:
    """A notice with its whole story. `seen`: what an action on it must carry; `warning`: it may arrive twice."""

    at: datetime
    id: uuid.UUID
    title: str
    role: str | None
    state: str
    tone: str
    reason: str | None
    why: str
    to_do: str
    times: tuple[tuple[str, datetime], ...]
    steps: tuple[str, ...]
    attempts: tuple[AttemptLine, ...]
    cost_vnd: int | None
    marks: tuple[tuple[datetime, str], ...]
    notes: tuple[str, ...]
    proof: str
    seen: str
    can_send_again: bool
    warning: str | None
    needs_a_hand: bool
    place: int
    is_notice: bool = True


@dataclass(frozen=True, slots=True)
class Material:
    """What a timeline is made of."""

    events: Sequence[DossierEvent]
    notices: Sequence[NoticeView]
    attempts: Mapping[uuid.UUID, Sequence[Attempt]]
    marks: Mapping[uuid.UUID, Sequence[Mark]]
    apologies: Sequence[Apology]


def build(material: Material, explain: Explainer, t: Translate, language: str, has_phone: bool) -> list[Any]:
    """Return events and notices, the newest first; of one moment the notice stands above its event."""
    items: list[Any] = [_event(one, -place, t) for place, one in enumerate(material.events)]
    items += [_notice(one, material, explain, t, language, has_phone) for one in material.notices]
    return sorted(items, key=lambda item: (item.at, item.is_notice, item.place), reverse=True)


def _event(event: DossierEvent, place: int, t: Translate) -> EventItem:
    notes = []
    if event.outcome == "stale":
        notes.append(t("dossiers.event.stale"))
    if event.anomaly:
        notes.append(t("dossiers.event.anomaly", step=event.anomaly))
    return EventItem(event.at, word(t, "dossiers.status", str(event.status)), event.source, tuple(notes), place)


def _notice(
    one: NoticeView, material: Material, explain: Explainer, t: Translate, language: str, has_phone: bool
) -> NoticeItem:
    marks = material.marks.get(one.id, ())
    is_final_doubt = one.state == "in_doubt" and one.due_at is None
    told = explain.reason(one.state, one.reason, is_final_doubt=is_final_doubt, language=language)
    is_told = any(mark.kind == "told_otherwise" for mark in marks)
    can = can_send_again(one, material.notices, has_phone=has_phone)
    may_be_twice = one.state in _ARRIVED or one.state == "in_doubt"
    return NoticeItem(
        at=one.created_at,
        id=one.id,
        title=word(t, "dossiers.kind", one.kind),
        role=None if one.role == "applicant" else word(t, "dossiers.role", one.role),
        state=word(t, "dossiers.state", "in_doubt_final" if is_final_doubt else one.state),
        tone=TONES.get(one.state, "neutral"),
        reason=one.reason,
        why=told.why if told else "",
        to_do=told.to_do if told else "",
        times=tuple(_times(one, t)),
        steps=tuple(step_words(step, t, explain, language) for step in one.route),
        attempts=tuple(_attempt(each, t, explain, language) for each in material.attempts.get(one.id, ())),
        cost_vnd=total_cost_vnd(one.route, one.cost_vnd),
        marks=tuple((mark.created_at, _mark(mark, t)) for mark in marks),
        notes=tuple(_notes(one, material.apologies, t)),
        proof=one.content_hash.hex(),
        seen=one.updated_at.isoformat(),
        can_send_again=can,
        warning=t("dossiers.again.warning") if can and may_be_twice else None,
        needs_a_hand=needs_a_hand(one) and not is_told,
        place=one.ordinal or 0,
    )


def can_send_again(one: NoticeView, notices: Sequence[NoticeView], *, has_phone: bool) -> bool:
    """Return whether it is worth offering; `storage.notice_marks` decides, with the rows locked."""
    if one.state not in _FINAL or (one.state in ("in_doubt", "accepted") and one.due_at is not None):
        return False
    if one.reason == "composition" or (one.state == "no_mobile" and not has_phone):
        return False
    return not any(
        other.ordinal is not None
        and one.ordinal is not None
        and other.ordinal > one.ordinal
        and other.role == one.role
        and other.sends > 0
        for other in notices
    )


def needs_a_hand(one: NoticeView) -> bool:
    """Return whether it is on the officers' list (storage/notice_marks.py, LockedNotice.needs_a_hand)."""
    is_end = one.state in ("failed", "no_mobile") or (one.state == "in_doubt" and one.due_at is None)
    is_unheard = one.state == "accepted" and one.reason == "no_receipt" and one.due_at is None
    return is_end or is_unheard or one.reason == "wrong_number"


def step_words(step: Mapping[str, Any], t: Translate, explain: Explainer, language: str) -> str:
    """Return a step of a route in a sentence: channel, why, outcome, cost, and what was passed over."""
    parts = []
    if step.get("channel"):
        parts.append(word(t, "dossiers.channel", str(step["channel"])))
    if step.get("why"):
        parts.append(word(t, "dossiers.why", str(step["why"])))
    if step.get("outcome"):
        parts.append(word(t, "dossiers.outcome", str(step["outcome"])))
    if step.get("code"):
        code = str(step["code"])
        parts.append(explain.code(step.get("channel"), code, language) or t("dossiers.step.code", code=code))
    if step.get("cost_vnd") is not None:
        parts.append(t("dossiers.step.cost", vnd=step["cost_vnd"]))
    if step.get("next"):
        parts.append(word(t, "dossiers.next", str(step["next"])))
    passed = [
        t("dossiers.step.not", channel=word(t, "dossiers.channel", channel), why=word(t, "dossiers.bar", why))
        for channel, why in step.get("skipped") or ()
    ]
    return "; ".join([*parts, *passed]) or "–"


def _attempt(one: Attempt, t: Translate, explain: Explainer, language: str) -> AttemptLine:
    channel = word(t, "dossiers.channel", one.channel)
    what = f"{channel}: {word(t, 'dossiers.outcome', one.outcome)}"
    # A message that was silent on one channel keeps its id there: no code of a platform.
    code = None if one.outcome == "silent" else one.code
    return AttemptLine(one.at, what, code, explain.code(one.channel, code, language), one.latency_ms)


def _times(one: NoticeView, t: Translate) -> Iterator[tuple[str, datetime]]:
    for name in ("due_at", "accepted_at", "delivered_at", "read_at"):
        moment = getattr(one, name)
        if moment is not None and (name != "due_at" or one.state in _WAITING):
            yield t(f"dossiers.time.{name}"), moment


def _notes(one: NoticeView, apologies: Sequence[Apology], t: Translate) -> Iterator[str]:
    if one.possible_duplicate:
        yield t("dossiers.note.possible_duplicate")
    if one.rating is not None:
        yield t("dossiers.note.rating", rating=one.rating)
    for apology in apologies:
        if apology.notice_id == one.id:
            yield t("dossiers.note.apology", officer=apology.officer, reason=apology.reason)


def _mark(mark: Mark, t: Translate) -> str:
    if mark.kind == "told_otherwise":
        return t("dossiers.mark.told_otherwise", officer=mark.officer, how=word(t, "dossiers.how", mark.how))
    return t("dossiers.mark.sent_again", officer=mark.officer)
