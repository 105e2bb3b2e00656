"""The events the platform sends, as dictionaries with its own names (docs: zalo 7.3, 7.4). Pure, one module a family.

`catalogue` knows every event of the fact sheet by its name, for those that nobody on a phone can cause.
"""

from emulator.events.account import (
    group_changed,
    tag_changed,
    template_changed,
    widget_accepted,
)
from emulator.events.catalogue import CATALOGUE, make, make_raw
from emulator.events.chat import (
    admin_echo,
    from_user,
    from_visitor,
    oa_echo,
    oa_reacted,
    to_visitor,
    user_reacted,
)
from emulator.events.delivery import received, seen
from emulator.events.envelope import Event
from emulator.events.people import (
    called,
    clicked_chatnow,
    relationship,
    replied_consent,
    submitted_info,
    withdrew,
)
from emulator.events.ratings import clicked_response_button, feedback

__all__ = [
    "CATALOGUE",
    "Event",
    "admin_echo",
    "called",
    "clicked_chatnow",
    "clicked_response_button",
    "feedback",
    "from_user",
    "from_visitor",
    "group_changed",
    "make",
    "make_raw",
    "oa_echo",
    "oa_reacted",
    "received",
    "relationship",
    "replied_consent",
    "seen",
    "submitted_info",
    "tag_changed",
    "template_changed",
    "to_visitor",
    "user_reacted",
    "widget_accepted",
    "withdrew",
]
