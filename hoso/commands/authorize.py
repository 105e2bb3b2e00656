"""`hoso accounts authorize`: a new pair of tokens by the consent of the account's admin."""

import typer

from channels.errors import ChannelError
from channels.http import HttpClient
from channels.zalo.consent import Consent, ConsentRefused
from channels.zalo.oauth import TokenPair, exchange_code
from hoso.commands.context import settings_for_command, with_database
from hoso.errors import CommandError
from hoso.parts import utc_now, zalo_config
from hoso.settings import Settings
from hoso.site import Site
from storage.accounts import AccountStore
from storage.database import Database


def authorize() -> None:
    """Get a pair of tokens by consent: open an address, agree, paste the address where the browser ended.

    The redirect address (HOSO_ZALO_CALLBACK_URL) must be the one in the platform's console, byte for byte. Nobody needs
    to listen there: the browser may show an error, its address line holds what is needed.
    """
    consent = _begin(settings_for_command("accounts"))
    typer.echo("1. As an admin of the account, open this address and agree:")
    typer.echo(consent.url)
    address = typer.prompt("2. Paste the address where the browser ended (valid for ten minutes)", prompt_suffix=":\n")

    async def work(site: Site, database: Database) -> str:
        try:
            oa_id, method = consent.read_callback(address)
            async with HttpClient() as http:
                pair = await exchange_code(http, consent.config, method, now=utc_now())
        except (ConsentRefused, ChannelError) as error:
            raise CommandError(f"no tokens: {error}") from error
        await _store(site, database, oa_id, pair)
        return oa_id

    typer.echo(f"Account {with_database('accounts', work)} has a new pair of tokens.")


def _begin(settings: Settings) -> Consent:
    callback = settings.zalo_callback_url or f"{settings.base_url}/oauth/zalo/callback"
    try:
        return Consent.begin(
            zalo_config(settings), callback, pkce=settings.zalo_pkce, fixed_verifier=settings.zalo_code_verifier
        )
    except ValueError as error:
        raise CommandError(f"{error}; set HOSO_ZALO_CODE_VERIFIER") from error


async def _store(site: Site, database: Database, oa_id: str, pair: TokenPair) -> None:
    await AccountStore(database, site.cipher).replace(
        oa_id,
        app_id=site.settings.app_id,
        name=None,
        access=pair.access_token,
        refresh=pair.refresh_token,
        expires_in_seconds=(pair.access_expires_at - utc_now()).total_seconds(),
    )
