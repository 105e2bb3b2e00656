"""`hoso emulator`: Zalo on this machine; needs no database and no Redis."""

import asyncio
import os
from pathlib import Path

import typer

from emulator.app import run
from emulator.config import EmulatorConfig
from emulator.errors import StateFileError
from hoso.errors import CommandError
from hoso.process import end_with_supervisor
from hoso.supervisor import SUPERVISOR_PID_VARIABLE


def run_emulator(*, host: str, port: int, webhook: str | None, state: Path | None, night: bool) -> None:
    """Serve until SIGTERM or Ctrl-C.

    Raises:
        CommandError: the port is taken, or the state file is damaged.
    """
    end_with_supervisor()
    config = EmulatorConfig(webhook_url=webhook, state_file=state, night_rule=night)
    is_supervised = SUPERVISOR_PID_VARIABLE in os.environ  # then standard output is the supervisor's

    def tell(url: str) -> None:
        if not is_supervised:
            typer.echo(f"Emulator: {url}/")

    try:
        asyncio.run(run(config, host=host, port=port, ready=tell))
    except OSError as error:
        raise CommandError(f"cannot listen on {host}:{port} ({error.strerror}); choose another with --port") from error
    except StateFileError as error:
        raise CommandError(str(error)) from error
    except KeyboardInterrupt:
        return
