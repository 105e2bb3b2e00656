"""An account's view of the API: the call, with a token, and one refresh when the token is refused."""

from __future__ import annotations

from channels.errors import TokenRejected
from channels.http import HttpClient
from channels.zalo.auth import TokenKeeper
from channels.zalo.calls import call_api
from channels.zalo.config import ZaloConfig
from channels.zalo.methods import ApiMethod, ResultT


class ZaloClient:
    """Sends any `ApiMethod` in the name of one Official Account."""

    def __init__(self, http: HttpClient, keeper: TokenKeeper, config: ZaloConfig, *, account_id: str) -> None:
        self._http = http
        self._keeper = keeper
        self._config = config
        self.account_id = account_id

    async def call(self, method: ApiMethod[ResultT]) -> ResultT:
        """The typed result. Raises `ChannelError`.

        A refused token is refreshed once and the call repeated once, even if the token should still be valid
        (docs: zalo 11). That is no second send: the first was refused.
        """
        token = await self._keeper.access_token(self.account_id)
        try:
            return await call_api(self._http, self._config, method, token)
        except TokenRejected:
            token = await self._keeper.refresh(self.account_id, rejected=token)
        return await call_api(self._http, self._config, method, token)
