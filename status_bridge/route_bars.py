"""Why a channel cannot take a notice: one pure function a channel, after what holds for all.

A bar is a word that the notice's route keeps: `not_set_up`, `given_up`, `opted_out`, `refused`, `unreachable`,
`phone_only`, `no_user`, `outside_window`, `not_for_broadcasts`, `not_for_this_notice`, `no_text`, `too_long`,
`no_template`, `no_mobile`, `no_email`, `has_mobile`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from status_bridge.composition import MAX_TEXT_CHARS
from status_bridge.outgoing import CONSULTATION, EMAIL, TEMPLATE_BY_PHONE, TEMPLATE_BY_USER
from status_bridge.route_history import NEW, RouteHistory, read_history
from status_bridge.route_policy import Policy
from storage.notices import ClaimedNotice

ZALO: Final = frozenset({CONSULTATION, TEMPLATE_BY_USER, TEMPLATE_BY_PHONE})
"""The channels that an opt-out, or a refusal of our account's messages, closes together."""
_TEMPLATES: Final = frozenset({TEMPLATE_BY_USER, TEMPLATE_BY_PHONE})
ONE_TIME_CODE: Final = "otp"
"""The kind of notices that hold a one-time code: they prove control of the phone, so they go to the phone alone."""
URGENT, BROADCAST = "urgent", "broadcast"
NOT_SET_UP: Final = "not_set_up"
OPTED_OUT: Final = "opted_out"
NO_MOBILE: Final = "no_mobile"


def template_of(notice: ClaimedNotice, templates: Mapping[str, str]) -> str | None:
    """Return the id of the platform template that a notice uses: its content's own, or its kind's."""
    return notice.content.get("template_id") or templates.get(notice.kind) or None


@dataclass(slots=True)
class Case:
    """What every bar looks at."""

    notice: ClaimedNotice
    policy: Policy
    now: datetime
    history: RouteHistory
    template_id: str | None
    is_refused: bool
    is_obligation: bool


def look_at(notice: ClaimedNotice, policy: Policy, now: datetime) -> Case:
    """Return the case of a notice; `now` must carry an offset."""
    history = read_history(notice.route) if notice.route else NEW
    closed = notice.known.closed_channels
    return Case(
        notice=notice,
        policy=policy,
        now=now,
        history=history,
        template_id=template_of(notice, policy.templates),
        is_refused=history.is_refused or any(closed.get(channel) == "refused" for channel in closed.keys() & ZALO),
        # docs: public-services 6.4: opting out does not stop duty notices by other means.
        is_obligation=notice.demands_action or notice.lane == URGENT,
    )


def find_bar(channel: str, case: Case) -> str | None:
    """Return why the channel cannot take the notice, in a word; None: it can."""
    notice = case.notice
    if channel not in case.policy.channels:
        return NOT_SET_UP
    # Nobody heard of the one message on Zalo, so a template would wait as long for the same telephone, and come twice.
    if channel in case.history.gave_up or (channel in _TEMPLATES and case.history.silent_on & ZALO):
        return "given_up"
    if channel in ZALO:
        if notice.known.opted_out:
            return OPTED_OUT
        if case.is_refused:
            return "refused"
    elif not case.is_obligation and (notice.known.opted_out or case.is_refused):
        return OPTED_OUT if notice.known.opted_out else "refused"
    if notice.kind == ONE_TIME_CODE and channel in (CONSULTATION, TEMPLATE_BY_USER, EMAIL):
        return "phone_only"
    closed = notice.known.closed_channels.get(channel)
    return closed or _OWN_BARS.get(channel, _bar_of_sms)(case)


def _bar_of_consultation(case: Case) -> str | None:
    known, content = case.notice.known, case.notice.content
    if known.user_id is None:
        return "no_user"
    if known.last_interaction_at is None or case.now - known.last_interaction_at >= case.policy.free_window:
        return "outside_window"
    if case.notice.lane == BROADCAST:
        return "not_for_broadcasts"  # consultation answers a person (docs: zalo 4.7, 4.8 row -248)
    text = content.get("text")
    if not text:
        return "no_text"
    return "too_long" if len(text) > MAX_TEXT_CHARS else None


def _bar_of_template_by_user(case: Case) -> str | None:
    if case.notice.known.user_id is None:
        return "no_user"
    return None if case.template_id else "no_template"


def _bar_of_template_by_phone(case: Case) -> str | None:
    if case.notice.phone is None:
        return NO_MOBILE
    return None if case.template_id else "no_template"


def _bar_of_sms(case: Case) -> str | None:
    notice = case.notice
    if notice.phone is None:
        return NO_MOBILE
    if not notice.content.get("text") and not isinstance(notice.content.get("sms"), str):
        return "no_text"
    if notice.lane == URGENT:
        return None
    if notice.lane == BROADCAST:
        return None if notice.content.get("sms") else "not_for_this_notice"
    allowed = case.policy.sms_for
    is_allowed = allowed == "all" or (allowed == "action" and notice.demands_action)
    return None if is_allowed else "not_for_this_notice"


def _bar_of_email(case: Case) -> str | None:
    notice = case.notice
    if notice.email is None:
        return "no_email"
    if not notice.content.get("text"):
        return "no_text"
    # A letter is where those go who cannot be reached by phone; and where the duty to tell outlives a refusal.
    is_needed = notice.phone is None or notice.known.opted_out or case.is_refused
    return None if is_needed or case.policy.is_email_last_resort else "has_mobile"


_OWN_BARS: Final[Mapping[str, Callable[[Case], str | None]]] = {
    CONSULTATION: _bar_of_consultation,
    TEMPLATE_BY_USER: _bar_of_template_by_user,
    TEMPLATE_BY_PHONE: _bar_of_template_by_phone,
    EMAIL: _bar_of_email,
}
