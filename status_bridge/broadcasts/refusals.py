"""Every word by which a broadcast is refused, in one place: pages, the command line and the API say it in their words.

`WORDS` tells each word's meaning and the values that go with it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, Final, NoReturn

from storage.broadcasts import BroadcastRefused

WORDS: Final[Mapping[str, str]] = {
    # who, and in what state
    "unknown": "there is no such broadcast, or it is another unit's",
    "not_allowed": "the role that this needs is not held in the broadcast's unit",
    "wrong_state": "not possible in the state it is in (state)",
    "no_number": "no free number was found; try again",
    # the message
    "title_empty": "it has no title for officers",
    "text_empty": "a text is empty (field)",
    "text_too_long": "a text may be too long for its channel (field, longest, max: characters)",
    "sms_too_long": "the short message may take too many parts (parts, max)",
    "template_unknown": "no such platform template is set up (template_id)",
    "param_missing": "a parameter of the platform template is missing (name)",
    "param_unknown": "the platform template has no such parameter (name)",
    "placeholder_unknown": "this audience has no such placeholder (field, name, known)",
    "brace_stray": "a brace that belongs to no placeholder (field)",
    "sign_forbidden": "invisible or control characters (field)",
    "link_in_text": "a link stands in a text; the one link has a field of its own (field)",
    "number_in_text": "a phone or identity number stands in a text of the platform template (field)",
    "link_not_https": "the link does not begin with https://",
    "link_not_official": "the link leads to no official domain (domains)",
    "link_odd": "the link has a user, a port, odd letters, or another link within",
    # the audience
    "audience_beyond_unit": "the audience reaches beyond the unit; name its units (unit)",
    "list_unknown": "there is no such list, or it is another unit's",
    "list_not_ready": "the list is still being read, or could not be read (state)",
    "list_empty": "the list has no usable row",
    "list_expires": "the list will be deleted before the broadcast ends (expires_at)",
    # the law, and time
    "advertising_category": "advertising goes to those who asked for a category, and names it",
    "advertising_sms": "advertising does not go as a short message: its label would not survive, its sender is another",
    "advertising_urgent": "advertising is never urgent",
    "advertising_hours": "advertising may be sent between these hours (start, end)",
    "schedule_past": "the planned moment has passed",
    "schedule_far": "the planned moment is too far away (days)",
    "schedule_no_zone": "the planned moment has no time zone",
    "schedule_earlier": "earlier than the moment that was approved (scheduled_at)",
    "canary_small": "the first share is too small (percent)",
    # the estimate
    "estimate_missing": "count it first: there is no estimate of this content",
    "estimate_old": "the estimate is too old; count again (hours)",
    "changed_meanwhile": "it was changed while this was done; look again",
    "nobody_reached": "nobody would get a message",
    "audience_grew": "it would reach many more people now than were approved (people, approved)",
    # the approval
    "content_changed": "not what was looked at any more; look again before deciding",
    "own_broadcast": "nobody decides on what they wrote themselves",
    "only_officers": "only a person may decide",
    "decided_already": "this person has approved it; another one must",
    "comment_missing": "who sends it back says why",
    "list_changed": "the list is not the one that was approved",
    # a test
    "no_mobile": "no Vietnamese mobile number",
    "too_many_tests": "too many tests in an hour (max)",
}
"""Word → what it means, and which values say more."""


@dataclasses.dataclass(frozen=True, slots=True)
class Problem:
    """One broken rule: the form's field, the word, and what says more."""

    field: str
    word: str
    values: Mapping[str, Any] = dataclasses.field(default_factory=dict)


def refuse(word: str, **values: Any) -> NoReturn:
    """Say no.

    Raises:
        BroadcastRefused: with a word of `WORDS`.
    """
    if word not in WORDS:
        raise KeyError(word)
    raise BroadcastRefused(word, **values)


def refuse_all(problems: Sequence[Problem]) -> None:
    """Say no because of the first problem; all of them are in the refusal's `problems`, for a form to show.

    Raises:
        BroadcastRefused: unless there is no problem.
    """
    if problems:
        first = problems[0]
        refuse(first.word, **{"field": first.field, **first.values, "problems": tuple(problems)})
