"""What may be wrong with the account or the app, to be switched on by a tester; then the platform refuses.

Each condition has its code on each host (docs: zalo 2.6, 4.8, 6.6); a host that does not know it goes on as usual.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from emulator.errors import BadControl, Refused
from emulator.parts import Part


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that may be wrong. `only_sends`: questions are still answered. A code of None: no refusal there."""

    name: str
    help: str
    oauth: int | None = None
    oa: int | None = None
    template: int | None = None
    only_sends: bool = False


CONDITIONS = {
    condition.name: condition
    for condition in (
        Condition("app_inactive", "The app is not activated", oauth=-14002, oa=-209, template=-103),
        Condition("app_removed", "The app was removed or disabled", oauth=-14002, oa=-219, template=-102),
        Condition("app_invalid", "The app id is not valid (any more)", oauth=-14002, oa=-215, template=-101),
        Condition("app_secret_changed", "The app secret was changed", oauth=-14004, oa=-208, template=-104),
        Condition("app_not_linked", "The app is not linked to this account", oa=-207, template=-105),
        Condition("api_not_registered", "The app has not registered this API", oa=-212, template=-138),
        Condition("permission_missing", "The account has not granted this permission", oa=-223, template=-120),
        Condition("account_disabled", "The account is disabled or blocked", oa=-204, template=-1351),
        Condition("account_missing", "The account does not exist", oa=-205, template=-125),
        Condition("account_unverified", "The account is not verified", oa=-221, template=-135, only_sends=True),
        Condition("package_missing", "The account's package must be upgraded", oa=-224, template=-145, only_sends=True),
        Condition("account_type", "This kind of account may not do it", oa=-235, template=-145, only_sends=True),
        Condition("policy_violation", "The account broke the platform's policy", oa=-248, only_sends=True),
        Condition("send_failed", "Sending fails on the platform's side", oa=-200, template=-100, only_sends=True),
        Condition("wallet_not_linked", "No wallet is linked", oa=-320, template=-136, only_sends=True),
        Condition("wallet_empty", "The wallet is empty", oa=-321, template=-115, only_sends=True),
        Condition("wallet_charge_fails", "The wallet cannot be charged", oa=-321, template=-137, only_sends=True),
        Condition("wallet_not_allowed", "The extension may not use the wallet", template=-1381, only_sends=True),
        Condition("template_not_allowed", "The account may not use the template", template=-117, only_sends=True),
        Condition("media_not_allowed", "The account may not use this media", template=-1202, only_sends=True),
        Condition("asset_missing", "The quota asset's id is not valid", oa=-238, only_sends=True),
        Condition("asset_not_allowed", "The quota asset may not be used", oa=-241, only_sends=True),
    )
}


class Conditions(Part):
    """The conditions that are on, in the order of the table."""

    def __init__(self) -> None:
        self._on: set[str] = set()

    def change(self, wanted: dict[str, Any]) -> None:
        """Switch conditions by name. Raises BadControl."""
        for name, is_on in wanted.items():
            if name not in CONDITIONS:
                raise BadControl(f"unknown condition {name[:40]!r}; see GET /_emulator/account", field=name[:40])
            if not isinstance(is_on, bool):
                raise BadControl(f"{name} must be true or false", field=name)
        for name, is_on in wanted.items():
            (self._on.add if is_on else self._on.discard)(name)

    def check(self, host: str, *, is_send: bool) -> None:
        """Refuse if something is wrong; `host` is `oauth`, `oa` or `template`. Raises Refused."""
        if not self._on:
            return
        for condition in self._active():
            code = {"oauth": condition.oauth, "oa": condition.oa, "template": condition.template}[host]
            if code is not None and (is_send or not condition.only_sends):
                raise Refused(code)

    def view(self) -> list[dict[str, Any]]:
        """All conditions as JSON."""
        return [
            {
                "name": condition.name,
                "help": condition.help,
                "on": condition.name in self._on,
                "codes": {"oauth": condition.oauth, "oa": condition.oa, "template": condition.template},
            }
            for condition in CONDITIONS.values()
        ]

    def snapshot(self) -> list[str]:
        """The names that are on."""
        return sorted(self._on)

    def restore(self, raw: list[str]) -> None:
        """Take over a snapshot."""
        self._on = set(raw) & CONDITIONS.keys()

    def _active(self) -> Iterator[Condition]:
        return (condition for name, condition in CONDITIONS.items() if name in self._on)
