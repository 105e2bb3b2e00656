"""Icons on a message, the account's and the citizen's: how they are kept and taken back (docs: zalo 4.6). Pure."""

from collections.abc import Sequence
from typing import Any, Literal

REMOVE = "/-remove"
Who = Literal["oa", "user"]


def change_reactions(kept: Sequence[dict[str, Any]], who: Who, icon: str, limit: int) -> list[dict[str, Any]]:
    """What stands on a message after an icon of one side, or after it took all of its own back.

    Raises OverflowError when the message carries `limit` already.
    """
    if icon == REMOVE:
        return [each for each in kept if each["by"] != who]
    if len(kept) >= limit:
        raise OverflowError(f"at most {limit} reactions on a message")
    return [*kept, {"by": who, "icon": icon}]
