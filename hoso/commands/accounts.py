"""`hoso accounts`: the Official Accounts and the health of their tokens."""

import asyncio
from dataclasses import asdict
from typing import Annotated

import typer
from pydantic import SecretStr

from channels.errors import ChannelError
from channels.http import HttpClient
from channels.zalo.auth import TokenKeeper
from hoso.commands.authorize import authorize
from hoso.commands.context import with_database
from hoso.commands.local_user import command_entry, note_command
from hoso.commands.officer_word import ask_secret
from hoso.commands.output import print_rows
from hoso.errors import CommandError
from hoso.moments import utc_now
from hoso.parts import SEEDED_TOKEN_SECONDS, seed_account, zalo_config
from hoso.site import Site
from storage import accounts
from storage.database import Database

app = typer.Typer()
app.command()(authorize)


@app.command()
def add(
    oa_id: Annotated[str, typer.Argument(metavar="OA_ID", help="Id of the account.")],
    name: Annotated[str | None, typer.Option(help="A name for people.")] = None,
) -> None:
    """Give an account a pair of tokens, from the console's API Explorer or an earlier consent.

    The tokens are asked for without echo, or read from HOSO_NEW_ACCESS_TOKEN and HOSO_NEW_REFRESH_TOKEN or two lines
    of input: never from the command line, where others could see them.
    """
    oa_id = oa_id.strip()
    if not oa_id:
        raise typer.BadParameter("give the id of the account, as the platform's console shows it")
    access = ask_secret("HOSO_NEW_ACCESS_TOKEN", "Access token")
    refresh = ask_secret("HOSO_NEW_REFRESH_TOKEN", "Refresh token")

    async def work(site: Site, database: Database) -> None:
        await accounts.AccountStore(database, site.cipher).replace(
            oa_id,
            app_id=site.settings.app_id,
            name=name,
            access=SecretStr(access.strip()),
            refresh=SecretStr(refresh.strip()),
            expires_in_seconds=SEEDED_TOKEN_SECONDS,
            entry=command_entry("account.add", oa_id),
        )

    with_database("accounts", work)
    typer.echo(f"Account {oa_id} has a new pair of tokens.")


@app.command("list")
def list_accounts(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """List the accounts; no tokens are shown."""

    async def work(_: Site, database: Database) -> list[accounts.Account]:
        return await accounts.all_accounts(database)

    rows = [asdict(account) for account in with_database("accounts", work)]
    columns = ("id", "name", "state", "state_code", "access_expires_at", "version", "quota_remaining")
    print_rows(rows, columns, as_json=as_json, empty="No accounts yet: hoso accounts add OA_ID")


@app.command()
def refresh(
    oa_id: Annotated[
        str | None, typer.Argument(metavar="[OA_ID]", help="Default: the account of the settings.")
    ] = None,
) -> None:
    """Exchange the refresh token now; the new pair is stored before it is used."""

    async def work(site: Site, database: Database) -> str:
        account = oa_id or site.settings.oa_id
        # A person waits for the end, whoever is at it.
        config = zalo_config(site.settings)
        config = config.model_copy(update={"token_wait_seconds": config.refresh_lease_seconds})
        await seed_account(site.settings, database, site.cipher)
        store = accounts.AccountStore(database, site.cipher)
        async with (
            HttpClient() as http,
            TokenKeeper(store, http, config, clock=utc_now, sleep=asyncio.sleep) as keeper,
        ):
            try:
                stored = await store.read(account)
                await note_command(database, "account.refresh", account)
                await keeper.refresh(account, rejected=stored.pair.access_token)
            except LookupError:
                raise CommandError(f"no account {account}; see: hoso accounts list") from None
            except ChannelError as error:
                raise CommandError(f"the platform refused the refresh: {error}; see: hoso accounts list") from error
        return account

    typer.echo(f"Account {with_database('accounts', work)} has a new pair of tokens.")
