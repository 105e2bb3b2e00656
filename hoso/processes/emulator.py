"""`hoso emulator`: Zalo on this machine; needs no database and no Redis."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

import typer

from emulator.app import run
from emulator.config import EmulatorConfig
from emulator.errors import BadControl, StateFileError
from emulator.settings import set_written
from hoso.errors import CommandError
from hoso.loops import choose_loop
from hoso.parent import SUPERVISOR_PID_VARIABLE, end_with_supervisor


def run_emulator(
    *, host: str, port: int, webhook: str | None, state: Path | None, night: bool, settings: Sequence[str] = ()
) -> None:
    """Serve until SIGTERM or Ctrl-C.

    Raises:
        CommandError: the port is taken, the state file is damaged, or a setting is unknown.
    """
    end_with_supervisor()
    config = EmulatorConfig(webhook_url=webhook, state_file=state, night_rule=night)
    try:
        for written in settings:
            set_written(config, written)
    except BadControl as error:
        raise CommandError(f"--set: {error.message}") from error
    is_supervised = SUPERVISOR_PID_VARIABLE in os.environ  # then standard output is the supervisor's

    def tell(url: str) -> None:
        if not is_supervised:
            typer.echo(f"Emulator: {url}/")

    try:
        with asyncio.Runner(loop_factory=choose_loop()) as runner:
            runner.run(run(config, host=host, port=port, ready=tell))
    except OSError as error:
        raise CommandError(f"cannot listen on {host}:{port} ({error.strerror}); choose another with --port") from error
    except StateFileError as error:
        raise CommandError(str(error)) from error
    except KeyboardInterrupt:
        return
