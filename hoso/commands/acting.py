"""Commands in an officer's name: password and one-time code, from the environment, or asked for at the terminal."""

import os
import sys
from dataclasses import dataclass
from typing import Annotated

import typer

from hoso.errors import CommandError

PASSWORD_VARIABLE = "HOSO_OFFICER_PASSWORD"  # noqa: S105 - the variable's name
CODE_VARIABLE = "HOSO_OFFICER_CODE"
AsOfficer = Annotated[
    str,
    typer.Option(
        "--officer",
        metavar="LOGIN",
        help=f"Who does this. Password and code come from {PASSWORD_VARIABLE} and {CODE_VARIABLE}, or are asked for; "
        "without a terminal, one line each on stdin.",
    ),
]


@dataclass(frozen=True, slots=True)
class Credentials:
    """What proves an officer; never printed."""

    login: str
    password: str
    code: str


def ask_credentials(login: str) -> Credentials:
    """Return password and code of an officer.

    Raises:
        CommandError: there is nobody to ask, and stdin has no line for it.
    """
    password = os.environ.get(PASSWORD_VARIABLE) or _ask(f"Password of {login}", hides=True)
    code = os.environ.get(CODE_VARIABLE) or _ask("Code of the app", hides=False)
    return Credentials(login.strip().lower(), password, code.strip())


def _ask(what: str, *, hides: bool) -> str:
    if sys.stdin.isatty():
        return str(typer.prompt(what, hide_input=hides, err=True))
    line = sys.stdin.readline()
    if not line.strip():
        raise CommandError(f"{what}: give it in {PASSWORD_VARIABLE} and {CODE_VARIABLE}, or as lines on stdin")
    return line.rstrip("\r\n")
