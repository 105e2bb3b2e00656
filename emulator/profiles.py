"""What the account knows about its users beside the phone: alias, tags, notes, shared information (docs: zalo 5.1)."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from emulator.parts import Part

SHARED_FIELDS = ("name", "phone", "address", "city", "district", "user_dob")  # docs: zalo 5.1
# `user_submit_info` has newer and older names (docs: zalo 7.4); a ward stands where older forms have a district.
_WRITTEN_AS = {
    "name": ("name", "user_name"),
    "phone": ("phone", "user_phone"),
    "address": ("address", "user_address"),
    "city": ("city", "user_city"),
    "district": ("district", "user_district", "ward", "user_ward"),
    "user_dob": ("user_dob", "dob"),
}


@dataclass(slots=True)
class Profile:
    """One user's profile; empty until somebody writes into it."""

    alias: str = ""
    tags: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    shared_info: dict[str, str] = field(default_factory=dict)


class Profiles(Part):
    """All profiles by user id, and the account's tags. Nothing is kept of users that nobody wrote about."""

    def __init__(self) -> None:
        self._known: dict[str, Profile] = {}
        self._tags: dict[str, set[str]] = {}

    def get(self, user_id: str) -> Profile:
        """A user's profile to read; an empty one when nothing is known."""
        return self._known.get(user_id) or Profile()

    def share(self, user_id: str, info: dict[str, Any]) -> None:
        """The citizen filled in the account's form: keep what was shared, in any of the names of `user_submit_info`."""
        self._of(user_id).shared_info |= read_shared_info(info)

    def forget(self, user_id: str) -> None:
        """The citizen withdrew: what was shared is gone; alias, tags and notes are the account's own."""
        if user_id in self._known:
            self._known[user_id].shared_info = {}

    def rename(self, user_id: str, alias: str) -> None:
        """The account calls this user so from now on."""
        self._of(user_id).alias = alias

    def note(self, user_id: str, note: str) -> None:
        """Add a note that only the account's people see."""
        self._of(user_id).notes.append(note)

    def tag(self, user_id: str, tag: str) -> bool:
        """Give a user a tag, which is made when it is new; False when the user had it."""
        users = self._tags.setdefault(tag, set())
        if user_id in users:
            return False
        users.add(user_id)
        self._of(user_id).tags.append(tag)
        return True

    def untag(self, user_id: str, tag: str) -> bool:
        """Take a tag from a user; False when the user did not have it."""
        if user_id not in self._tags.get(tag, ()):
            return False
        self._tags[tag].remove(user_id)
        self._known[user_id].tags.remove(tag)
        return True

    def remove_tag(self, tag: str) -> list[str] | None:
        """Delete a tag; the users who had it, None when there is no such tag."""
        users = self._tags.pop(tag, None)
        if users is None:
            return None
        for user_id in users:
            self._known[user_id].tags.remove(tag)
        return sorted(users)

    def tags(self) -> list[str]:
        """The account's tags, in the order in which they were made."""
        return list(self._tags)

    def tagged(self, tag: str) -> Iterable[str]:
        """The ids of the users with this tag."""
        return self._tags.get(tag, ())

    def snapshot(self) -> dict[str, Any]:
        """Everything as JSON."""
        return {"tags": list(self._tags), "users": {user: asdict(profile) for user, profile in self._known.items()}}

    def restore(self, raw: Any) -> None:
        """Take over a snapshot."""
        self._known = {user: Profile(**profile) for user, profile in raw["users"].items()}
        self._tags = {tag: set() for tag in raw["tags"]}
        for user, profile in self._known.items():
            for tag in profile.tags:
                self._tags[tag].add(user)

    def _of(self, user_id: str) -> Profile:
        return self._known.setdefault(user_id, Profile())


def read_shared_info(info: dict[str, Any]) -> dict[str, str]:
    """The fields of `shared_info` found in a form, flat or with `full_address`; values as text, empty ones left out."""
    full_address = info.get("full_address")
    flat = {**info, **(full_address if isinstance(full_address, dict) else {})}
    found = {
        name: next((flat[key] for key in keys if isinstance(flat.get(key), str | int) and flat[key] != ""), None)
        for name, keys in _WRITTEN_AS.items()
    }
    return {name: str(value) for name, value in found.items() if value is not None}
