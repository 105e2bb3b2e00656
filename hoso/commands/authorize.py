"""`hoso accounts authorize`: a new pair of tokens by the consent of the account's admin."""

import asyncio
from typing import Annotated

import typer

from bot.consent import CONSENT_PATH
from channels.errors import ChannelError
from channels.zalo.consent import Consent, ConsentRefused
from hoso.commands.context import settings_for_command, with_database
from hoso.commands.local_user import command_actor, note_command
from hoso.consent import begin_consent, exchange, insist, keep_pair, note_consent
from hoso.errors import CommandError
from hoso.site import Site
from storage import consents
from storage.database import Database

_LOOK_SECONDS = 0.5


def authorize(
    paste: Annotated[
        bool, typer.Option("--paste", help="No web server listens at the callback address: paste it here instead.")
    ] = False,
) -> None:
    """Get a pair of tokens by consent: an admin of the account opens an address and agrees.

    The callback address (HOSO_ZALO_CALLBACK_URL) must be the one in the platform's console, byte for byte. It leads to
    the web server, which exchanges the code while this command waits. With --paste nobody needs to listen there: the
    browser may show an error, its address line holds what is needed.
    """
    consent = begin_consent(settings_for_command("accounts"))
    address = _ask_for_address(consent) if paste else None

    async def work(site: Site, database: Database) -> str:
        if address is not None:
            return await _exchange(site, database, consent, address)
        return await _wait(site, database, consent)

    typer.echo(f"Account {with_database('accounts', work)} has a new pair of tokens.")


def _ask_for_address(consent: Consent) -> str:
    typer.echo("1. As an admin of the account, open this address and agree:")
    typer.echo(consent.url)
    said: str = typer.prompt(
        "2. Paste the address where the browser ended (valid for ten minutes)", prompt_suffix=":\n"
    )
    return said


async def _exchange(site: Site, database: Database, consent: Consent, address: str) -> str:
    try:
        account_id, pair = await exchange(consent, *consent.read_callback(address))
    except (ConsentRefused, ChannelError) as error:
        raise CommandError(f"no tokens: {error}") from error
    actor = command_actor()
    await insist(lambda: keep_pair(site.settings, database, site.cipher, account_id, pair, actor=actor))
    return account_id


async def _wait(site: Site, database: Database, consent: Consent) -> str:
    await note_command(database, "account.ask_consent")
    number = await note_consent(database, site.cipher, consent)
    typer.echo(f"As an admin of the account, open this address within {consents.LIFE_SECONDS / 60:.0f} minutes:")
    typer.echo(site.settings.base_url + CONSENT_PATH.format(state=consent.state))
    while True:
        outcome = await consents.outcome(database, number)
        if outcome.account_id is not None:
            return outcome.account_id
        if outcome.refusal is not None:
            raise CommandError(f"no tokens: {outcome.refusal}")
        if outcome.is_over:
            raise CommandError(
                "no consent came in time, or it was lost on the way; run it again, or with --paste if no server listens"
            )
        await asyncio.sleep(_LOOK_SECONDS)
