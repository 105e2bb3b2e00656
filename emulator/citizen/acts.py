"""The table of everything a citizen can do: a field of the body names the act (docs: contract 5)."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from emulator.citizen import groups, looks, people, sending
from emulator.citizen.contents import BUILDERS, COMPANIONS
from emulator.citizen.deed import Body, Deed, Done
from emulator.errors import BadControl
from emulator.phones import Phone
from emulator.state import Emulator

QUOTE = frozenset({"quote"})


@dataclass(frozen=True, slots=True)
class Act:
    """One act, and the fields that may stand beside its own."""

    do: Callable[[Deed], Done]
    companions: frozenset[str] = frozenset()


ACTS: dict[str, Act] = {
    **{
        name: Act(partial(sending.send_content, build=build), COMPANIONS.get(name, frozenset()) | QUOTE)
        for name, build in BUILDERS.items()
    },
    "product": Act(sending.ask_product),
    "read": Act(looks.look),
    "reaction": Act(looks.react),
    "feedback": Act(looks.rate),
    "response_button": Act(looks.press_response),
    "chatnow": Act(people.click_chatnow),
    "submit_info": Act(people.submit_info),
    "withdraw": Act(people.withdraw),
    "call": Act(people.call_account),
    "accept_call": Act(people.accept_call),
    "consent": Act(people.reply_consent),
    "widget": Act(people.accept_widget),
    "group": Act(groups.act_in_group),
}
_COMPANIONS = frozenset().union(*(each.companions for each in ACTS.values()))


def act(emulator: Emulator, phone: Phone, body: Body, origin: str) -> Done:
    """Do what the body says; `{"event_name", "msg_id"?}`. `origin` makes addresses of media. Raises BadControl."""
    chosen = _choose(body)
    check_awake(phone)
    return chosen.do(Deed(emulator, body, origin, phone))


def check_awake(phone: Phone) -> None:
    """A phone that can reach the account. Raises BadControl."""
    if not phone.zalo or not phone.online or phone.blocked:
        reason = "has no Zalo" if not phone.zalo else "is offline" if not phone.online else "blocks the account"
        raise BadControl(f"this phone {reason}; change its state first", status=409)


def _choose(body: Body) -> Act:
    unknown = body.keys() - ACTS.keys() - _COMPANIONS
    if unknown:
        raise BadControl(f"unknown field {min(unknown)[:40]!r}; use one of {', '.join(ACTS)}", field=min(unknown)[:40])
    for name, each in ACTS.items():
        if name in body and body.keys() - {name} <= each.companions:
            return each
    raise BadControl(f"give one of {', '.join(ACTS)}")
