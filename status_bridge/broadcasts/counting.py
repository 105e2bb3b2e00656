"""Before approval: the count, messages as real people would get them, and a test to oneself."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final

from dossiers.contact import normalise_phone
from dossiers.masking import HIDDEN, mask_phone, redact
from status_bridge.broadcasts import estimating
from status_bridge.broadcasts.actors import WRITES, Actor
from status_bridge.broadcasts.audience_rows import Recipient, recipients
from status_bridge.broadcasts.estimating import Ways, facts_of
from status_bridge.broadcasts.placeholders import sample_values
from status_bridge.broadcasts.refusals import refuse
from status_bridge.broadcasts.render import KIND, Writer
from status_bridge.broadcasts.rooms import MAY_COUNT, Room, moved, must_be
from storage import broadcast_facts, broadcasts, notices
from storage.broadcast_facts import UNKNOWN
from storage.broadcasts import Broadcast
from storage.notices import NewNotice

TEST_LANE: Final = "status"
"""A test waits behind no broadcast, and is no reason to wake anybody: not urgent either."""
MAX_PREVIEWS: Final = 20
_AT_ONCE_FOR: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Preview:
    """A message as one person would get it first; the phone is masked, names of people are shortened.

    `channel`: None: nothing reaches this person, `reason` says why. `title` and `rows` are of the platform template;
    `sms` is what a gateway would send.
    """

    phone: str
    channel: str | None
    reason: str
    language: str
    text: str = field(repr=False)
    params: Mapping[str, str] = field(repr=False)
    sms: str | None = field(repr=False)
    link: str | None
    cost_vnd: int


def _ignore(_people: int) -> None:
    """Show nobody how far it has come."""


async def estimate(room: Room, number: str, actor: Actor, tell: Callable[[int], None] = _ignore) -> Broadcast:
    """Count a draft as it stands and keep the count; `tell` hears how many people were looked at.

    Only a draft: the count is what an approver looks at, and what the start is measured by. With another one in its
    place many more people could get a message than anybody approved.

    Takes about a minute for a million people: run it where nobody waits for a page.

    Raises:
        BroadcastRefused: unknown, not_allowed, wrong_state, list_…, changed_meanwhile.
    """
    async with room.hold(number, actor, MAY_COUNT) as held:
        must_be(held.broadcast, "draft")
        await room.check_list(held.connection, held.broadcast)
        seen = held.broadcast
        content = await room.hash_now(held.connection, seen)
    counted = await estimating.estimate(
        room.database, room.cipher, seen, room.config, content_hash=content, now=room.now(), tell=tell
    )
    async with room.hold(number, actor, MAY_COUNT) as held:
        if await room.hash_now(held.connection, held.broadcast) != content:
            refuse("changed_meanwhile")
        after = await broadcasts.note_estimate(held.connection, held.broadcast.id, counted)
        await room.note(held, "estimate", people=counted.people, cost_vnd=counted.cost_vnd)
        return moved(after, held.broadcast)


async def preview(room: Room, number: str, actor: Actor, limit: int) -> list[Preview]:
    """Return messages as the first people of the audience would get them; each look is in the audit log.

    Raises:
        BroadcastRefused: unknown, not_allowed, list_….
    """
    async with room.hold(number, actor, MAY_COUNT) as held:
        seen = held.broadcast
        await room.check_list(held.connection, seen)
        await room.note(held, "preview")
    limit = max(1, min(limit, MAX_PREVIEWS))
    people = await recipients(room.database, room.cipher, seen.audience, limit=limit, policy=room.config.audience)
    known = await facts_of(room.database, room.cipher, people, None) if people else {}
    ways = Ways(seen, room.config, room.now())
    return [_preview(ways, one, known.get(one.phone_hash, UNKNOWN), seen.message.link) for one in people]


def _preview(ways: Ways, recipient: Recipient, facts: broadcast_facts.PhoneFacts, link: str | None) -> Preview:
    shown = replace(recipient, values=_veiled(recipient.values))
    way, content = ways.shown(shown, facts)
    sms = content.get("sms")
    is_short = way.message is not None and way.message.template is None
    return Preview(
        phone=mask_phone(recipient.phone),
        channel=way.channel,
        reason=way.reason,
        language=recipient.language,
        text=content["text"],
        params=content["params"],
        sms=way.message.text if is_short and way.message is not None else sms,
        link=link,
        cost_vnd=way.cost_vnd,
    )


def _veiled(values: Mapping[str, str]) -> dict[str, str]:
    """Return values as officers may see them without a click of their own: no whole name, no long number."""
    return {name: mask_name(value) if name == "ten" else redact(value) for name, value in values.items()}


def mask_name(name: str) -> str:
    """Return a name as "N*** Châu": the family's initial and the given name."""
    first, _, last = name.strip().rpartition(" ")
    return f"{first[:1]}{HIDDEN} {last}" if first else (HIDDEN if last else "")


async def test_send(room: Room, number: str, phone: str, actor: Actor) -> uuid.UUID:
    """Send the message to one phone, filled with values of nobody; return the notice's id.

    It is no recipient of the broadcast and is in no report. It goes at once, at any hour: whoever tests waits for it.

    Raises:
        BroadcastRefused: unknown, not_allowed, no_mobile, too_many_tests.
    """
    mobile = normalise_phone(phone)
    if mobile is None:
        refuse("no_mobile")
    async with room.hold(number, actor, WRITES) as held:
        most = room.config.tests_per_hour
        if await broadcast_facts.tests_lately(held.connection, held.actor.actor) >= most:
            refuse("too_many_tests", max=most)
        notice = _test_notice(room, held.broadcast, mobile)
        await notices.insert(held.connection, [notice], room.cipher)
        await room.note(held, "test", notice_id=str(notice.id))
    room.ring(TEST_LANE)
    return notice.id


def _test_notice(room: Room, broadcast: Broadcast, phone: str) -> NewNotice:
    writer, now = Writer.of(broadcast, is_unicode=room.config.route.short.is_unicode), room.now()
    content: dict[str, Any] = writer.fill(sample_values(writer.names, kind=broadcast.audience.kind)).as_content()
    return NewNotice(
        id=uuid.uuid4(),
        dossier_id=None,
        dossier_code=None,
        ordinal=None,
        event_key=None,
        kind=KIND,
        state="pending",
        reason=None,
        demands_action=False,
        language="vi",
        phone=phone,
        # Without the text: in a chat's window it would go as a chat message, which is not what people get.
        content={name: value for name, value in content.items() if name != "text"},
        due_at=now,
        lane=TEST_LANE,
        urgent_until=now + _AT_ONCE_FOR,
    )
