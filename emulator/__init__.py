"""Zalo on a laptop: OAuth, template messages, Official Account messages and signed webhooks, with phones to look at.

Strict about the fact sheet, and imports nothing of the other rooms, so that a misunderstanding shows. Inside, from the
ground up: what it is set to and made of (config, errors, clock, scheduler, parts, templates, codes); what it knows
(phones, profiles, messages, tokens, quota, allowances, media, assets, articles, groups, visitors, ratings, conditions,
faults, violations, the request log); what it tells (`contents/`, `events/`, courier, outbox, receipts, stream); all of
it together (state, state_file); the doors (gate, trouble, watch) and the faces behind them (oauth, `zbs/`, `oa/`,
`bot_platform/`, `sms/`); `/_emulator` for people and tests (control, causes, developer, `citizen/`), the page (pages,
`page/`), and the application (app).
"""

from typing import TYPE_CHECKING, Any

from emulator.config import EmulatorConfig
from emulator.credentials import credentials
from emulator.errors import StateFileError

if TYPE_CHECKING:
    from emulator.app import create_app, run

__all__ = ["EmulatorConfig", "StateFileError", "create_app", "credentials", "run"]

_FROM_APP = frozenset({"create_app", "run"})


def __getattr__(name: str) -> Any:
    # Every process reads the emulator's fixed secrets and templates; only one of them needs its whole application.
    if name in _FROM_APP:
        from emulator import app

        return getattr(app, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
