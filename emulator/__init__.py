"""Zalo on a laptop: OAuth, template messages, Official Account messages and signed webhooks, with phones to look at.

Strict about the fact sheet, and imports nothing of the other rooms, so that a misunderstanding shows. Inside, from the
ground up: config, errors, clock, scheduler, phones, messages, tokens, quota, faults, events, outbox, receipts, state;
then the faces (oauth, template, oa), `/_emulator` (control, citizen), the page (pages, stream), and the application.
"""

from emulator.app import create_app, run
from emulator.config import EmulatorConfig
from emulator.credentials import credentials
from emulator.errors import StateFileError

__all__ = ["EmulatorConfig", "StateFileError", "create_app", "credentials", "run"]
