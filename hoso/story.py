"""A notice's whole story, gathered from the tables and told in lines; no personal data."""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from dossiers.status import Notice, Status
from status_bridge.code_words import meaning_of
from status_bridge.dead_ends import EN, describe, explain_stay
from storage import events, notices, stories
from storage.database import Database
from storage.stories import total_cost_vnd

DEAD_ENDS = frozenset({"failed", "no_mobile", "suppressed"})


async def gather(database: Database, notice: uuid.UUID, *, language: str = EN) -> dict[str, Any] | None:
    """Return the story as JSON may show it, None when there is no such notice.

    `notice` and `event` are the rows; `rule` is the row of the notice table that applied; `why` says what the present
    state and reason mean; `attempts` carry the meaning of their codes; `cost_vnd` is what it cost, without VAT.
    """
    view, story = await notices.get(database, notice), await stories.read(database, notice)
    if view is None or story is None:
        return None
    event = await events.of_notice(database, view.event_key) if view.event_key else None
    attempts = await notices.attempts_of(database, notice)
    row = {**asdict(view), **asdict(story)}
    return {
        "notice": row,
        "event": asdict(event) if event else None,
        "rule": _rule(row, asdict(event) if event else None),
        "why": _why(row, language),
        "attempts": [{**asdict(a), "meaning": meaning_of(a.channel, a.code)} for a in attempts],
        "cost_vnd": total_cost_vnd(view.route, view.cost_vnd),
    }


def _rule(row: Mapping[str, Any], event: Mapping[str, Any] | None) -> str | None:
    """Which row of the notice table applied (docs: public-services 2.1, 2.2)."""
    if event is None or row["kind"] not in set(Notice):
        return None
    status, kind = Status(event["status"]), Notice(row["kind"])
    before = f"after {row['follows']}" if row["follows"] else "the first of its dossier"
    unusual = f"; step {event['anomaly']} is not in the transition matrix" if event["anomaly"] else ""
    return f"status {status:d} ({status.label_vi}) is told as {kind} ({kind.label_vi}), {before}{unusual}"


def _why(row: Mapping[str, Any], language: str) -> dict[str, str] | None:
    is_doubt_for_good = row["state"] == "in_doubt" and row["due_at"] is None
    if row["state"] in DEAD_ENDS or is_doubt_for_good:
        told = describe(row["reason"], language)
        return {"why": told.why, "to_do": told.to_do}
    if stay := explain_stay(row["reason"], language):
        return {"why": stay, "to_do": ""}
    return None


def tell(story: Mapping[str, Any]) -> Iterator[str]:
    """Yield the story line by line."""
    view = story["notice"]
    about = f"dossier {view['dossier_code']}, number {view['ordinal']}" if view["dossier_code"] else "no dossier"
    yield f"Notice   {view['id']}  ({view['kind']}; {about}; lane {view['lane']})"
    yield from _tell_origin(story)
    yield from _tell_state(story)
    for step in view["route"]:
        yield f"Route    {_step(step)}"
    for attempt in story["attempts"]:
        yield f"Attempt  {_attempt(attempt)}"
    if story["cost_vnd"] is not None:
        yield f"Cost     {story['cost_vnd']:,} VND without VAT"
    if view["rating"] is not None:
        yield f"Rating   {view['rating']} of 5"
    yield f"Proof    SHA-256 of what was said: {view['content_hash'].hex()}"


def _tell_origin(story: Mapping[str, Any]) -> Iterator[str]:
    view, event = story["notice"], story["event"]
    if event:
        yield f"Event    {event['event_id']} from {event['source']}: status {event['status']} at {event['event_time']}"
    if story["rule"]:
        yield f"Rule     {story['rule']}"
    ways = [way for way in ("phone", "email") if view[f"has_{way}"]]
    duty = "must act" if view["demands_action"] else "need not act"
    yield f"For      {view['role']} ({duty}), reached by {' or '.join(ways) or 'nothing'}, in {view['language']}"
    if view["agency_name"]:
        yield f"Unit     {view['agency_name']}"


def _tell_state(story: Mapping[str, Any]) -> Iterator[str]:
    view = story["notice"]
    reason = f" ({view['reason']})" if view["reason"] else ""
    yield f"State    {view['state']}{reason}, since {view['updated_at']}"
    if story["why"]:
        yield f"Why      {' '.join(part for part in story['why'].values() if part)}"
    if view["due_at"]:
        yield f"Due      {view['due_at']}"
    if view["urgent_until"]:
        yield f"Urgent   until {view['urgent_until']}: no quiet hour holds it"
    if view["replaces"]:
        yield f"Note     sent instead of {view['replaces']} earlier ones, and says so"
    if view["merged_into"]:
        yield f"Note     said in one message with others: {view['merged_into']}"
    if view["merges"]:
        yield f"Note     says {view['merges']} notices together"
    if view["crashes"]:
        yield f"Note     {view['crashes']} attempts ended without an outcome"
    if view["possible_duplicate"]:
        yield "Note     sent again after a doubt: the citizen may have received it twice"


def _step(step: Mapping[str, Any]) -> str:
    facts = dict(step)
    skipped = facts.pop("skipped", None) or ()
    words = [f"{name}: {value}" for name, value in facts.items()]
    if skipped:
        words.append("not " + ", not ".join(f"{channel} ({why})" for channel, why in skipped))
    return ", ".join(words)


def _attempt(attempt: Mapping[str, Any]) -> str:
    latency = f", {attempt['latency_ms']} ms" if attempt["latency_ms"] is not None else ""
    code = f" {attempt['code']}" if attempt["code"] else ""
    meaning = f" ({attempt['meaning']})" if attempt["meaning"] else ""
    channel = attempt["channel"] or "no channel"
    return f"{attempt['at']}  send {attempt['send']}  {channel}: {attempt['outcome']}{code}{meaning}{latency}"
