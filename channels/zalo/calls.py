"""From a method to the wire and back: the two functions that send any Zalo request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic
from urllib.parse import urlencode

from pydantic import SecretStr, ValidationError

from channels.deadline import unbounded
from channels.errors import OutcomeUnknown
from channels.http import HttpClient, PlatformRequest, PlatformResponse
from channels.wire import read_text
from channels.zalo.config import ZaloConfig
from channels.zalo.error_codes import classify
from channels.zalo.methods import ApiMethod, OAuthMethod, ResultT
from channels.zalo.proofs import appsecret_proof
from channels.zalo.types import read_int

# docs: zalo 4.7, [C]: requests a minute of the app, and how many of them are left.
RATE_LIMIT_HEADER = "x-ratelimit-limit"
RATE_REMAINING_HEADER = "x-ratelimit-remain"


@dataclass(frozen=True, slots=True)
class Answer(Generic[ResultT]):
    """A result, with the request rate that the platform told beside it (None: it told nothing)."""

    result: ResultT
    rate_limit: int | None = None
    rate_remaining: int | None = None


async def call_api(
    http: HttpClient, config: ZaloConfig, method: ApiMethod[ResultT], token: SecretStr
) -> Answer[ResultT]:
    """Send once and return the typed answer. Raises the `ChannelError` of the transport or of the code's table."""
    response = await http.request(build_api_request(config, method, token))
    result = read_result(method, response.document)
    limit, remaining = (read_int(response.headers.get(name)) for name in (RATE_LIMIT_HEADER, RATE_REMAINING_HEADER))
    return Answer(result, limit, remaining)


async def call_oauth(http: HttpClient, config: ZaloConfig, method: OAuthMethod) -> PlatformResponse:
    """Send once and return the answer as it came: whoever refreshes must keep it before reading it."""
    with unbounded():  # a refresh is everybody's, and using the token up without an answer costs the account
        return await http.request(build_oauth_request(config, method))


def build_api_request(config: ZaloConfig, method: ApiMethod[ResultT], token: SecretStr) -> PlatformRequest:
    """The HTTP request of a method; the token travels in the literal header `access_token` (docs: zalo 0 point 2)."""
    base = config.oa_base if method.host == "oa" else config.template_base
    url = base.rstrip("/") + method.path
    headers = {"access_token": token.get_secret_value()}
    if config.send_appsecret_proof:
        headers["appsecret_proof"] = appsecret_proof(config.app_secret, token)
    encoded = method.encode()
    if encoded.content_type is not None:
        headers["Content-Type"] = encoded.content_type
    return PlatformRequest(method.label, encoded.verb, url, headers, encoded.query, encoded.body)


def build_oauth_request(config: ZaloConfig, method: OAuthMethod) -> PlatformRequest:
    """The HTTP request of an OAuth method: form body, app secret in the header `secret_key` (docs: zalo 2.3)."""
    url = config.oauth_base.rstrip("/") + method.path
    headers = {
        "secret_key": config.app_secret.get_secret_value(),
        "Content-Type": "application/x-www-form-urlencoded",
    }
    body = urlencode({"app_id": config.app_id, **method.form()}).encode()
    return PlatformRequest(method.label, "POST", url, headers, body=body)


def read_result(method: ApiMethod[ResultT], document: Mapping[str, Any]) -> ResultT:
    """The typed result. The HTTP status says nothing here, `error` everything (docs: zalo 0 point 1)."""
    error = read_int(document.get("error"))
    if error is None:
        raise OutcomeUnknown("unreadable", "the answer names no error code, not even 0")
    if error != 0:
        raise classify(method.codes, error, read_text(document.get("message")))
    try:
        return method.result_type().from_answer(document)
    except ValidationError as exc:
        # "Success" without a message id cannot be followed up: the receipt with our tracking id decides.
        raise OutcomeUnknown("unreadable", "success without the promised data") from exc
