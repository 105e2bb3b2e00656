"""The commands that run something: one process kind each, all of them, the demo, the emulator, and the upkeep."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer


class Lane(StrEnum):
    """The lanes by their names on the command line; a test compares them with `workers.lanes.LANES`."""

    URGENT = "urgent"
    STATUS = "status"
    BROADCAST = "broadcast"


AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def demo(
    once: Annotated[bool, typer.Option("--once", help="Play the scenario, print the result and stop.")] = False,
    as_json: AsJson = False,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port of the server; the emulator takes the next.")
    ] = None,
) -> None:
    """Play one dossier through the five notices on this machine: servers, emulator and all.

    Without --once it stays up until Ctrl-C, with the phones' page to watch. Exit 0 only if every expected message
    reached the emulator exactly once.
    """
    from hoso.demo import run_demo

    raise typer.Exit(run_demo(once=once, as_json=as_json, port=port))


def up() -> None:
    """Run serve, bot, bridge and worker under one supervisor, and the emulator while no Zalo is set up."""
    from hoso.settings import load_settings
    from hoso.up import run_up

    raise typer.Exit(run_up(load_settings()))


def serve() -> None:
    """Run the web server: events, webhooks, health, documents."""
    from hoso.process import run_process
    from hoso.processes.serve import run
    from hoso.settings import load_settings

    run_process("serve", load_settings(), run)


def bot() -> None:
    """Run the consumer of the inbox: it answers what citizens write."""
    from hoso.process import run_process
    from hoso.processes.bot import run
    from hoso.settings import load_settings

    run_process("bot", load_settings(), run)


def bridge() -> None:
    """Run the consumer of the Redis stream of events."""
    from hoso.process import run_process
    from hoso.processes.bridge import run
    from hoso.settings import load_settings

    run_process("bridge", load_settings(), run)


def worker(
    processes: Annotated[int, typer.Option("-n", min=1, max=64, help="How many worker processes.")] = 1,
    lane: Annotated[
        list[Lane] | None,
        typer.Option("--lane", help="Send this lane only; may be repeated. Default: all, in one process."),
    ] = None,
) -> None:
    """Run workers: they send what is due and apply receipts."""
    from hoso.processes.worker import run_workers
    from hoso.settings import load_settings

    lanes = [one.value for one in Lane if not lane or one in lane]
    raise typer.Exit(run_workers(load_settings(), processes, lanes))


def migrate(
    check: Annotated[bool, typer.Option("--check", help="Change nothing; exit 3 when migrations are missing.")] = False,
) -> None:
    """Bring the database's schema up to date."""
    from hoso.settings import load_settings
    from hoso.upkeep import run_migrate

    run_migrate(load_settings(), check_only=check)


def doctor(as_json: AsJson = False) -> None:
    """Look at everything a site needs: settings, servers, clock, tokens, templates, webhook. One line each."""
    from hoso.doctor import run_doctor

    raise typer.Exit(run_doctor(as_json=as_json))


def _check_webhook(url: str | None) -> str | None:
    try:
        is_known = url is None or (urlsplit(url).scheme in ("http", "https") and bool(urlsplit(url).hostname))
    except ValueError:
        is_known = False
    if not is_known:
        raise typer.BadParameter("--webhook must be an http or https address")
    return url


def emulator(
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port; 0 takes a free one. Default 9090.")] = None,
    webhook: Annotated[
        str | None, typer.Option(callback=_check_webhook, help="Where events go; without it they wait.")
    ] = None,
    state: Annotated[Path | None, typer.Option(help="File that keeps phones, messages and tokens.")] = None,
    night: Annotated[bool, typer.Option("--night/--no-night", help="Refuse templates between 22:00 and 06:00.")] = True,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="One setting of /_emulator/settings; may be repeated."),
    ] = None,
) -> None:
    """Run Zalo on this machine: OAuth, messages, templates, webhooks, and phones to see in a browser."""
    from hoso.core_settings import CoreSettings, read_settings, split_address
    from hoso.processes.emulator import run_emulator

    host, default_port = split_address(read_settings(CoreSettings).emulator_listen)
    chosen = default_port if port is None else port
    run_emulator(host=host, port=chosen, webhook=webhook, state=state, night=night, settings=settings or ())


def add_commands(app: typer.Typer) -> None:
    """Add the commands in the order of the contract. Each imports what it needs when it runs: `--help` stays quick."""
    for command in (demo, up, serve, bot, bridge, worker, migrate, doctor, emulator):
        app.command()(command)
