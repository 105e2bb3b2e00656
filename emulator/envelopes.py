"""The shapes of answers: HTTP 200 whatever happened, `error` tells (docs: zalo 1, 2.6)."""

import json
from typing import Any

from aiohttp import web

from emulator import codes

OAUTH_PREFIX = "/v4/"
OA_PREFIXES = ("/v2.0/", "/v3.0/")
TEMPLATE_PREFIXES = ("/message/", "/template/", "/rating/", "/quality", "/rsa/", "/journey/", "/upload/")


# Made once: json.dumps with arguments makes one for every call.
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def encode(body: Any) -> bytes:
    """JSON as the platform writes it: UTF-8, compact."""
    return _ENCODER.encode(body).encode()


def answer(body: Any, *, status: int = 200) -> web.Response:
    """A JSON response."""
    return web.Response(body=encode(body), status=status, content_type="application/json", charset="utf-8")


def success(data: Any) -> dict[str, Any]:
    """`{"data", "error": 0, "message": "Success"}`."""
    return {"data": data, "error": 0, "message": "Success"}


def refusal(path: str, code: int) -> dict[str, Any]:
    """The error body that the face behind this path gives for a code, known or not."""
    if path.startswith(OAUTH_PREFIX):
        words = codes.OAUTH.get(code, codes.UNKNOWN_ERROR)
        return {
            "error": code,
            "error_name": words,
            "error_reason": words,
            "error_description": words,
            "ref_doc": "https://developers.zalo.me/docs/official-account/",
            "message": "",
        }
    table = codes.TEMPLATE if path.startswith(TEMPLATE_PREFIXES) else codes.OA
    return {"error": code, "message": table.get(code, codes.UNKNOWN_ERROR)}
