"""Groups of citizens in which the account takes part, if its package holds them (docs: zalo 4.1, 4.8; grade C)."""

from dataclasses import asdict, dataclass
from typing import Any

from emulator.parts import Part


@dataclass(frozen=True, slots=True)
class Group:
    """One group. `user_ids`: its members; `is_disabled`: expired or switched off; `has_account`: we are in it."""

    group_id: str
    name: str
    user_ids: tuple[str, ...] = ()
    is_disabled: bool = False
    has_account: bool = True

    def view(self) -> dict[str, Any]:
        """The group as JSON."""
        return {**asdict(self), "user_ids": list(self.user_ids)}


class Groups(Part):
    """All groups by their id."""

    def __init__(self) -> None:
        self._known: dict[str, Group] = {}

    def get(self, group_id: str) -> Group | None:
        """The group with this id."""
        return self._known.get(group_id)

    def put(self, group: Group) -> None:
        """Add a group, or take this one in the place of another with its id."""
        self._known[group.group_id] = group

    def all(self) -> list[Group]:
        """Every group, oldest first."""
        return list(self._known.values())

    def snapshot(self) -> list[dict[str, Any]]:
        """All groups as JSON."""
        return [group.view() for group in self.all()]

    def restore(self, raw: Any) -> None:
        """Take over a snapshot."""
        for each in raw:
            self.put(Group(**{**each, "user_ids": tuple(each["user_ids"])}))
