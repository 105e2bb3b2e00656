"""The shapes of answers: HTTP 200 whatever happened, `error` tells (docs: zalo 1, 2.6)."""

import json
from collections.abc import Callable
from typing import Any

from aiohttp import web

from emulator import codes

OAUTH_PREFIX = "/v4/"
OAUTH_DOC = "https://developers.zalo.me/docs/official-account/"
OA_PREFIXES = ("/v2.0/", "/v3.0/")
TEMPLATE_PREFIXES = ("/message/", "/template/", "/rating/", "/quality", "/rsa/", "/journey/", "/upload/")
BOT_PREFIX = "/bot"
ESMS_PREFIX = "/MainService.svc/"
SPEEDSMS_PREFIX = "/index.php/"
ESMS_RESPONSE_NAMES = ("GetSendStatus", "GetBalance_json")  # these say CodeResponse where others say CodeResult


# Made once: json.dumps with arguments makes one for every call.
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def encode(body: Any) -> bytes:
    """JSON as the platform writes it: UTF-8, compact; what is no text (odd bytes of a header) becomes `?`."""
    return _ENCODER.encode(body).encode(errors="replace")


def answer(body: Any, *, status: int = 200) -> web.Response:
    """A JSON response."""
    return web.Response(body=encode(body), status=status, content_type="application/json", charset="utf-8")


def success(data: Any) -> dict[str, Any]:
    """`{"data", "error": 0, "message": "Success"}`."""
    return {"data": data, "error": 0, "message": "Success"}


def refusal(path: str, code: int, *, oauth_names: bool = True, oauth_message: bool = False) -> dict[str, Any]:
    """The error body that the face behind this path gives for a code, known or not.

    OAuth's keys vary (docs: zalo 2.6): `error_name` and its kin, and words in `message`, may each be there or not.
    """
    if path.startswith(OAUTH_PREFIX):
        words = codes.OAUTH.get(code, codes.UNKNOWN_ERROR)
        names = dict.fromkeys(("error_name", "error_reason", "error_description"), words)
        told = {**names, "ref_doc": OAUTH_DOC} if oauth_names else {}
        return {"error": code, **told, "message": words if oauth_message else ""}
    for prefix, shape in _OTHER_PRODUCTS.items():
        if path.startswith(prefix):
            return shape(path, code)
    table = codes.TEMPLATE if path.startswith(TEMPLATE_PREFIXES) else codes.OA
    return {"error": code, "message": table.get(code, codes.UNKNOWN_ERROR)}


def refusal_status(path: str, code: int, *, bot_error_status: bool) -> int:
    """The HTTP status of a refusal: 200, but a bot's error may carry its code there too (docs: zalo 8.2)."""
    is_status = path.startswith(BOT_PREFIX) and bot_error_status and 400 <= code <= 599
    return code if is_status else 200


def _bot_refusal(_path: str, code: int) -> dict[str, Any]:
    return {"ok": False, "error_code": code, "description": codes.BOT.get(code, codes.UNKNOWN_ERROR)}


def _esms_refusal(path: str, code: int) -> dict[str, Any]:
    words = codes.ESMS.get(code, codes.UNKNOWN_ERROR)
    if any(name in path for name in ESMS_RESPONSE_NAMES):
        balance = {"Balance": 0} if ESMS_RESPONSE_NAMES[1] in path else {}
        return {**balance, "CodeResponse": str(code), "ErrorMessage": words}
    return {"CodeResult": str(code), "CountRegenerate": 0, "ErrorMessage": words}


def _speedsms_refusal(_path: str, code: int) -> dict[str, Any]:
    return {"status": "error", "code": f"{code:03d}", "message": codes.SPEEDSMS.get(code, codes.UNKNOWN_ERROR)}


_OTHER_PRODUCTS: dict[str, Callable[[str, int], dict[str, Any]]] = {
    BOT_PREFIX: _bot_refusal,
    ESMS_PREFIX: _esms_refusal,
    SPEEDSMS_PREFIX: _speedsms_refusal,
}
