"""An account's view of the API: the call, with a token, and one refresh when the token is refused."""

from __future__ import annotations

from channels.errors import TokenRejected
from channels.http import HttpClient
from channels.zalo.auth import TokenKeeper
from channels.zalo.calls import Answer, call_api
from channels.zalo.config import ZaloConfig
from channels.zalo.methods import ApiMethod, ResultT


class ZaloClient:
    """Sends any `ApiMethod` in the name of one Official Account of the app: its own, or the one that a call names."""

    def __init__(self, http: HttpClient, keeper: TokenKeeper, config: ZaloConfig, *, account_id: str) -> None:
        self._http = http
        self._keeper = keeper
        self._config = config
        self.account_id = account_id

    async def call(self, method: ApiMethod[ResultT], *, account_id: str | None = None) -> ResultT:
        """The typed result. Raises as `ask`."""
        return (await self.ask(method, account_id=account_id)).result

    async def ask(self, method: ApiMethod[ResultT], *, account_id: str | None = None) -> Answer[ResultT]:
        """The typed result, and the rate that came with it.

        A refused token is refreshed once and the call repeated once, even if the token should still be valid
        (docs: zalo 11). That is no second send: the first was refused.

        Raises:
            ChannelError: of the transport, the token keeper, or the method's code table.
            AccountUnknown: the store holds no tokens of this account.
        """
        account = account_id or self.account_id
        token = await self._keeper.access_token(account)
        try:
            return await call_api(self._http, self._config, method, token)
        except TokenRejected:
            token = await self._keeper.refresh(account, rejected=token)
        return await call_api(self._http, self._config, method, token)
