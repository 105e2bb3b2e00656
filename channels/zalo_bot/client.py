"""From a method to the wire and back, for one bot. The token is in the path, so addresses are never logged."""

from __future__ import annotations

import json

from pydantic import ValidationError

from channels.code_table import CodeTable, classify, make_table, refuse_status, temporary
from channels.errors import BadMessage, NeedsHuman, OutcomeUnknown, RateLimited
from channels.http import HttpClient, PlatformRequest, PlatformResponse
from channels.zalo_bot.config import ZaloBotConfig
from channels.zalo_bot.methods import BotEnvelope, BotMethod, ResultT

# docs: zalo 8.2. A token has no expiry, so there is nothing to refresh: 401 needs a person. 408 is harmless where it
# answers an empty poll; after a send it does not say whether the message is out, and the platform knows no key of ours.
CODES: CodeTable = make_table(
    [
        ("400", BadMessage, "bad request", "A"),
        ("401", NeedsHuman, "the bot's token is bad or revoked; set HOSO_ZALO_BOT_TOKEN", "A"),
        ("403", temporary(max_retries=5), "documented as an internal error of the platform", "A"),
        ("404", BadMessage, "chat or method not found", "A"),
        ("408", OutcomeUnknown, "the platform ran out of time", "A"),
        ("429", RateLimited, "quota exceeded", "A"),
    ]
)


class BotClient:
    """Sends any `BotMethod` in the name of one bot."""

    def __init__(self, http: HttpClient, config: ZaloBotConfig) -> None:
        self._http = http
        self._config = config

    async def call(self, method: BotMethod[ResultT]) -> ResultT:
        """The typed result. Raises the `ChannelError` of the transport, or of the platform's code."""
        return read_result(method, await self._http.request(build_request(self._config, method)))


def build_request(config: ZaloBotConfig, method: BotMethod[ResultT]) -> PlatformRequest:
    """The HTTP request of a method (docs: zalo 8)."""
    url = f"{config.base.rstrip('/')}/bot{config.token.get_secret_value()}/{method.name}"
    body = json.dumps(method.arguments(), ensure_ascii=False, separators=(",", ":")).encode()
    return PlatformRequest(method.label, "POST", url, {"Content-Type": "application/json"}, body=body)


def read_result(method: BotMethod[ResultT], response: PlatformResponse) -> ResultT:
    """The typed `result` of an answer; `ok` tells, whatever the HTTP status says (docs: zalo 8.2)."""
    try:
        envelope = BotEnvelope.model_validate(response.document)
        if envelope.ok:
            return method.result_type.model_validate(envelope.result or {})
    except ValidationError as exc:
        refuse_status(response.status)
        # "ok" without a message id cannot be followed up; the platform sends no receipts either.
        raise OutcomeUnknown("unreadable", "the answer is none of the platform's") from exc
    code = response.status if envelope.error_code is None else envelope.error_code
    raise classify(CODES, str(code), envelope.description)
