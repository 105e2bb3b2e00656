"""The consent of an account's administrator, from the command that asks for it to the pair of tokens.

The state and the verifier wait in PostgreSQL, so the command, the web server and the person may be in three places.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from uuid import UUID

import structlog
from pydantic import SecretStr

from channels.errors import ChannelError
from channels.http import HttpClient
from channels.zalo.calls import call_api
from channels.zalo.consent import Consent, ConsentRefused
from channels.zalo.methods import ExchangeCode, GetOa
from channels.zalo.oauth import TokenPair, exchange_code
from hoso.errors import CommandError
from hoso.moments import utc_now
from hoso.parts import zalo_config
from hoso.settings import Settings
from storage import consents
from storage.accounts import AccountStore
from storage.audit import Entry
from storage.crypto import Cipher
from storage.database import Database
from storage.errors import DatabaseUnavailable

KEEP_PAUSES_SECONDS = (1.0, 2.0, 5.0, 10.0)
SYSTEM = "system"
"""Whom the audit log names when the web server exchanges a code; who asked for the consent is in an entry before."""

_log = structlog.get_logger(__name__)


def begin_consent(settings: Settings) -> Consent:
    """Begin a consent with the settings' app, callback address and PKCE mode.

    Raises:
        CommandError: the mode `fixed` without a verifier.
    """
    try:
        return Consent.begin(
            zalo_config(settings),
            settings.callback_url,
            pkce=settings.zalo_pkce,
            fixed_verifier=settings.zalo_code_verifier,
        )
    except ValueError as error:
        raise CommandError(f"{error}; set HOSO_ZALO_CODE_VERIFIER") from error


async def keep_pair(
    settings: Settings, database: Database, cipher: Cipher, account_id: str, pair: TokenPair, *, actor: str = SYSTEM
) -> None:
    """Give an account the pair of its consent; it is active again. `actor`: whom the audit log names for it."""
    await AccountStore(database, cipher).replace(
        account_id,
        app_id=settings.app_id,
        name=None,
        access=pair.access_token,
        refresh=pair.refresh_token,
        expires_in_seconds=(pair.access_expires_at - utc_now()).total_seconds(),
        refresh_expires_at=pair.refresh_expires_at,
        entry=Entry(actor, "account.authorize", account_id),
    )


async def insist(
    keep: Callable[[], Awaitable[None]], *, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> None:
    """Keep what cannot be had twice: the code is spent, and with it perhaps the account's former pair.

    Raises:
        DatabaseUnavailable: PostgreSQL stayed away.
    """
    for pause in KEEP_PAUSES_SECONDS:
        try:
            return await keep()
        except DatabaseUnavailable:
            _log.warning("consent_not_kept_yet", retry_in_seconds=pause)
            await sleep(pause)
    return await keep()


async def exchange(consent: Consent, named: str, method: ExchangeCode) -> tuple[str, TokenPair]:
    """The first pair, and the account that it is of.

    The address named an account, but it came by a browser and through anybody's hands. So the platform itself is asked
    whose tokens these are: under a wrong name they would send in another account's place. Without its answer the
    address counts, since the code is spent and the account's former pair may be too.

    Raises:
        ChannelError: the platform gave no pair.
    """
    async with HttpClient() as http:
        pair = await exchange_code(http, consent.config, method, now=utc_now())
        try:
            owner = (await call_api(http, consent.config, GetOa(), pair.access_token)).result.id
        except ChannelError as error:
            _log.warning("consent_owner_unconfirmed", account_id=named, error=type(error).__name__, code=error.code)
            owner = None
    if owner not in (None, named):
        _log.warning("consent_of_another_account", named=named, account_id=owner)
    return owner or named, pair


class ConsentDesk:
    """The web server's side of a consent."""

    def __init__(self, settings: Settings, database: Database, cipher: Cipher) -> None:
        self._settings = settings
        self._database = database
        self._cipher = cipher

    async def find(self, state: str) -> str | None:
        """The platform's consent page for a consent that may still be given."""
        pending = await consents.look(self._database, self._cipher, state)
        return None if pending is None else self._consent(state, pending.redirect_uri, pending.verifier).url

    async def finish(self, query: Mapping[str, str]) -> str:
        """Exchange what came back, once: `given`, `refused`, or `unknown` for a state that is not waited for."""
        state = query.get("state", "")
        pending = await consents.take(self._database, self._cipher, state)
        if pending is None:
            return "unknown"
        try:
            account_id = await self._exchange(self._consent(state, pending.redirect_uri, pending.verifier), query)
        except (ConsentRefused, ChannelError) as error:
            _log.warning("consent_refused", reason=str(error))
            await consents.finish(self._database, pending.id, refusal=str(error))
            return "refused"
        await consents.finish(self._database, pending.id, account_id=account_id)
        _log.info("consent_given", account_id=account_id)
        return "given"

    async def _exchange(self, consent: Consent, query: Mapping[str, str]) -> str:
        account_id, pair = await exchange(consent, *consent.read_query(query))
        await insist(lambda: keep_pair(self._settings, self._database, self._cipher, account_id, pair))
        return account_id

    def _consent(self, state: str, redirect_uri: str, verifier: SecretStr | None) -> Consent:
        return Consent(zalo_config(self._settings), redirect_uri, state, verifier)


async def note_consent(database: Database, cipher: Cipher, consent: Consent) -> UUID:
    """Let the web server know of a consent that was begun."""
    return await consents.begin(
        database, cipher, state=consent.state, verifier=consent.verifier, redirect_uri=consent.redirect_uri
    )
