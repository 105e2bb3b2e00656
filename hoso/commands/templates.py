"""`hoso templates`: what notices say, in versions, and whether the platform's templates fit."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from dossiers.status import Notice
from hoso.commands.context import with_database
from hoso.commands.officer_word import ask_officer
from hoso.commands.output import print_json, print_rows
from hoso.console_texts import TextServices
from hoso.errors import CommandError
from hoso.officer_identity import identify
from hoso.site import Site
from status_bridge import texts
from status_bridge.composition import LANGUAGES
from storage import audit, templates
from storage.database import Database
from storage.officers import EVERYWHERE, Officer, Role
from storage.templates import Body, Medium

app = typer.Typer()
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
WhichNotice = Annotated[Notice, typer.Argument(help="The notice.")]
Language = Annotated[str, typer.Argument(help="vi or en.")]
WhichMedium = Annotated[Medium, typer.Argument(metavar="CHANNEL", help="text, template or sms.")]


@app.command("list")
def list_texts(as_json: AsJson = False) -> None:
    """List every text: the version in force, who wrote and who approved it, and the platform's template."""

    async def work(site: Site, database: Database) -> list[dict[str, Any]]:
        found = {(one.notice, one.language, one.channel): one for one in await templates.in_force(database)}
        ids = site.settings.templates
        rows = []
        for notice in Notice:
            for language in LANGUAGES:
                for medium in Medium:
                    version = found.get((notice.value, language, medium))
                    rows.append(
                        {
                            "notice": notice.value,
                            "language": language,
                            "channel": medium.value,
                            "version": None if version is None or version.body.is_product else version.version,
                            "author": version and version.author,
                            "approver": version and version.approver,
                            "approved_at": version and version.approved_at,
                            "template_id": ids.get(notice.value) if medium is Medium.TEMPLATE else None,
                        }
                    )
        return rows

    columns = ("notice", "language", "channel", "version", "author", "approver", "approved_at", "template_id")
    print_rows(with_database("templates", work), columns, as_json=as_json, empty="")


@app.command("set")
def set_text(
    notice: WhichNotice,
    language: Language,
    medium: WhichMedium,
    file: Annotated[
        Path,
        typer.Argument(exists=True, dir_okay=False, help="The words; for `template` a JSON object of its parameters."),
    ],
    officer: Annotated[str, typer.Option(metavar="LOGIN", help="Who writes it; password and code are asked for.")],
    as_json: AsJson = False,
) -> None:
    """Write a version and ask for its approval; it is in force when another officer has approved it in the console."""
    body = _read_body(file, medium)
    _check_language(language)
    if problems := texts.find_problems(notice, medium, body):
        raise CommandError("; ".join(_told(problem) for problem in problems[:5]))
    given = ask_officer(officer)

    async def work(site: Site, database: Database) -> templates.Version:
        author = await identify(database, site.cipher, login=given.login, password=given.password, code=given.code)
        if not author.has_role({Role.AUTHOR}, EVERYWHERE):
            raise CommandError(f"{author.login} is no author in the whole city; see: hoso officers list")
        return await _write(database, author, notice, language, medium, body)

    version = with_database("templates", work)
    if as_json:
        print_json({"id": version.id, "version": version.version, "state": version.state})
    else:
        typer.echo(f"version {version.version} waits for approval: /console/texts/{version.id}")


@app.command()
def lint(as_json: AsJson = False) -> None:
    """Try every text in force, and those that wait, on made-up dossiers; compare parameters with the platform's."""

    async def work(site: Site, database: Database) -> list[dict[str, str]]:
        services = TextServices(site, database)
        found = []
        for one in [*await templates.in_force(database), *await templates.waiting(database)]:
            for problem in texts.find_problems(Notice(one.notice), one.channel, one.body):
                name = f"{one.notice}/{one.language}/{one.channel} version {one.version}"
                found.append({"text": name, "problem": _told(problem)})
        for notice in Notice:
            for language in LANGUAGES:
                for medium in (Medium.TEXT, Medium.TEMPLATE):
                    body = services.product_body(notice.value, language, medium)
                    problems = texts.find_problems(notice, medium, body)
                    name = f"{notice}/{language}/{medium}"
                    found += [{"text": name, "problem": _told(problem)} for problem in problems]
            theirs = await services.platform(notice.value)
            if theirs.state == "differs":
                found.append({"text": f"template {notice}", "problem": _difference(theirs.ours, theirs.theirs or {})})
            elif theirs.state == "unknown":
                found.append({"text": f"template {notice}", "problem": "the platform does not tell; see: hoso doctor"})
        return found

    found = with_database("templates", work)
    print_rows(found, ("text", "problem"), as_json=as_json, empty="All texts fit.")
    if found:
        raise CommandError(f"{len(found)} problems in texts; change them in the console, or with: hoso templates set")


async def _write(
    database: Database, author: Officer, notice: Notice, language: str, medium: Medium, body: Body
) -> templates.Version:
    async with database.transaction() as connection:
        saved = await templates.save(
            connection, notice=notice.value, language=language, channel=medium, body=body, author=author.login
        )
        version = await templates.submit(connection, saved.id, author=author.login)
        assert version is not None  # noqa: S101 - the draft was written in this very transaction
        name = f"{notice}/{language}/{medium}/{version.version}"
        for action in ("text.save", "text.submit"):
            await audit.write(connection, audit.Entry(author.actor, action, name))
    return version


def _read_body(file: Path, medium: Medium) -> Body:
    try:
        words = file.read_text(encoding="utf-8").strip()
        if medium is not Medium.TEMPLATE:
            return Body(text=words)
        return Body.model_validate({"params": json.loads(words)})
    except (UnicodeDecodeError, ValueError) as error:
        raise CommandError(
            f"{file.name}: not UTF-8 text, or no JSON object of texts ({type(error).__name__})"
        ) from error


def _check_language(language: str) -> None:
    if language not in LANGUAGES:
        raise CommandError(f"language {language}: one of {', '.join(LANGUAGES)}")


def _told(problem: texts.Problem) -> str:
    values = ", ".join(f"{name} {value}" for name, value in problem.values.items())
    return f"{problem.field}: {problem.word.replace('_', ' ')}{f' ({values})' if values else ''}"


def _difference(ours: Mapping[str, int], theirs: Mapping[str, int | None]) -> str:
    differing = sorted(set(ours) ^ set(theirs))
    shorter = sorted(name for name, most in theirs.items() if most is not None and most < ours.get(name, 0))
    return (
        f"parameters differ: {', '.join(differing)}"
        if differing
        else f"the platform allows less in: {', '.join(shorter)}"
    )
