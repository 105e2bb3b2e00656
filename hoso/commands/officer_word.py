"""An officer's password and code for a command: from the environment, asked at the terminal, or lines of input."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from typing import Final

import typer

from hoso.errors import CommandError

PASSWORD_VARIABLE: Final = "HOSO_OFFICER_PASSWORD"  # noqa: S105 - the variable's name
CODE_VARIABLE: Final = "HOSO_OFFICER_CODE"


@dataclass(frozen=True, slots=True)
class OfficerWord:
    """Who acts, and what proves it."""

    login: str
    password: str = field(repr=False)
    code: str = field(repr=False)


def ask_officer(login: str) -> OfficerWord:
    """Return what proves an officer; the code is of the app, or a recovery code.

    Raises:
        CommandError: neither the environment nor the input has it.
    """
    password = ask_secret(PASSWORD_VARIABLE, f"Password of {login}")
    return OfficerWord(login, password, ask_secret(CODE_VARIABLE, "One-time code"))


def ask_secret(variable: str, words: str) -> str:
    """Return a secret of the environment, of whoever sits at the terminal, or of a line of input.

    Raises:
        CommandError: neither the environment nor the input has it.
    """
    given = os.environ.get(variable, "")
    if not given:
        is_person = sys.stdin.isatty()
        given = typer.prompt(words, hide_input=True, err=True) if is_person else sys.stdin.readline().rstrip("\r\n")
    if not given:
        raise CommandError(f"{words} is missing; set {variable}, or give it on a line of input")
    return str(given)
