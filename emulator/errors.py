"""What the emulator raises.

EmulatorError
├── Refused          the platform answers with an error code (HTTP 200)
├── BadControl       a request to /_emulator/… cannot be understood (400), or contradicts the phone's state (409)
└── StateFileError   the state file cannot be read or written
"""


class EmulatorError(Exception):
    """Base of all errors of this room."""


class Refused(EmulatorError):
    """The platform says no. `code` is its number; `rule` names the documented rule that was broken, if one was.

    A refusal with a `rule` is listed under `/_emulator/violations`; one without (blocked user, quota) is ordinary life.
    """

    def __init__(self, code: int, *, rule: str | None = None, detail: str = "") -> None:
        super().__init__(f"refused with {code}")
        self.code = code
        self.rule = rule
        self.detail = detail


class BadControl(EmulatorError):
    """A request to `/_emulator/…` that cannot be done. `field` names what to correct."""

    def __init__(self, message: str, *, field: str | None = None, status: int = 400) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.status = status


class StateFileError(EmulatorError):
    """The state file is damaged or cannot be written: move it away, or name another with --state."""
