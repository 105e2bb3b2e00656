"""The `hoso` command.

Errors go to stderr in one line with what to do; exit 0 done, 1 failed, 2 wrong usage, 3 not ready.
"""

import sys
import traceback
from collections.abc import Container
from importlib import import_module
from typing import NoReturn

import typer
from typer.exceptions import TyperException

from hoso.commands import running
from hoso.errors import CommandError
from storage.errors import UndecipherableValue

GROUPS = {
    "events": "Dossier events from files, and once more.",
    "notices": "What was sent, what waits, and why.",
    "broadcast": "Announcements to many people, approved by two.",
    "brake": "The emergency brake on all sending.",
    "accounts": "Official Accounts and the health of their tokens.",
    "officers": "Officers of the console: who may do what, and where.",
    "keys": "Keys of the systems that post events, and of the encrypted columns.",
    "tickets": "Feedback and requests about personal data: their answers.",
    "handovers": "Citizens who asked for a person, and what officers say.",
    "outgoing": "What the one-stop system is told: what waits, and once more.",
    "citizen": "What is known of a phone, and erasing it.",
    "procedures": "The catalogue of procedures that the chat answers from.",
    "templates": "What notices say, and the platform's templates.",
    "units": "The places where procedures are handled.",
}
"""The nouns; each has a module of its name in `hoso.commands`."""


def build_app(wanted: Container[str] = GROUPS) -> typer.Typer:
    """The command line. A group's module is imported only if it is wanted; the others are known by name.

    Whoever starts the emulator should not wait for what only the database needs.
    """
    app = typer.Typer(
        name="hoso",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        help="Báo Hồ Sơ: a dossier's notices on Zalo, and the chat that goes with them.",
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    running.add_commands(app)
    for name, words in GROUPS.items():
        group = import_module(f"hoso.commands.{name}").app if name in wanted else typer.Typer()
        app.add_typer(group, name=name, help=words, no_args_is_help=True)
    return app


def _fail(message: str, code: int) -> NoReturn:
    typer.echo(f"hoso: {' '.join(message.split())}", err=True)
    sys.exit(code)


def main() -> None:
    """Run the command line and leave with the exit code of the contract."""
    try:
        result = build_app(sys.argv[1:2])(standalone_mode=False)
    except TyperException as error:
        if len(sys.argv) < 2 or "\n" in error.format_message():  # a noun without a verb: the help is the message
            typer.echo(error.format_message(), err=True)
            sys.exit(2)
        _fail(f"{error.format_message()} (see: hoso --help)", error.exit_code)
    except CommandError as error:
        _fail(str(error), error.exit_code)
    except UndecipherableValue as error:
        _fail(str(error), 3)
    except (typer.Abort, KeyboardInterrupt) as error:
        if isinstance(error, KeyboardInterrupt) or isinstance(error.__context__, KeyboardInterrupt):
            sys.exit(130)
        _fail("not confirmed: nothing was done", 1)  # the answer was no, or nobody was there to answer
    except BrokenPipeError:
        sys.exit(1)
    except Exception as error:  # noqa: BLE001 - a bug of ours: a traceback could quote personal data, so only places
        places = [
            f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)
        ]
        _fail(f"unexpected {type(error).__name__} at {' < '.join(reversed(places[-4:]))}; please report it", 1)
    sys.exit(result if isinstance(result, int) else 0)
