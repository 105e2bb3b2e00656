"""How the audit log names whoever gives a command on the server."""

import getpass


def command_actor() -> str:
    """Return `cli:<user>`, by the operating system's word."""
    try:
        return f"cli:{getpass.getuser()}"
    except (OSError, KeyError):  # a user id without a name, as in some containers
        return "cli:unknown"
