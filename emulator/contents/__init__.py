"""What a message looks like on a phone, read from the request that brought it: one reader a channel.

A content is `{"kind", "text", …}`. Kinds: `text`, `image`, `gif`, `sticker`, `file`, `info_request`, `list`, `card`,
`sms`, `location`, `link`, `audio`, `video`, `business_card`, `article`, `other`. Further fields, where they apply:
`image_url`; `file` (`name`, `size`, `url`); `location` (`latitude`, `longitude`); `title` and `subtitle`; `link_url`;
`elements` (of a list); `buttons` (`title`, `type`, `payload` as the platform writes them); `quote` (a message's id);
`card` (`title`, `body`, `rows`, `buttons`); `parts` and `encoding` (`gsm7`, `unicode`) of an SMS; `reactions`
(icons, the account's and the citizen's: `{"by": "oa"/"user", "icon"}`).
"""

from collections.abc import Callable
from typing import Any

from emulator.contents import bot, oa, sms, template

Content = dict[str, Any]
Reader = Callable[[str, str | None, dict[str, Any]], Content]
_READERS: dict[str, Reader] = {"oa": oa.read, "template": template.read, "bot": bot.read, "sms": sms.read}


def read_content(channel: str, direction: str, template_id: str | None, request: dict[str, Any]) -> Content:
    """The content of a message. `direction` is `in` (to the citizen) or `out`; never raises for an odd request."""
    return {"kind": "other", "text": "", **_READERS[channel](direction, template_id, request)}
