"""Errors that end a command with one line on stderr.

CommandError       exit 1: done wrong or refused
└── NotReady       exit 3: a server or a secret is missing
    └── BadSettings    settings are missing or malformed; all of them are listed
"""


class CommandError(Exception):
    """The command failed; the message is one line with what to do."""

    exit_code = 1


class NotReady(CommandError):
    """Something the command needs is not there: a server, a secret, a migration."""

    exit_code = 3


class BadSettings(NotReady):
    """Settings are missing or malformed."""
