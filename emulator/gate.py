"""What every face does first: look at the request's headers, and answer refusals in the platform's way."""

from collections.abc import Awaitable, Callable
from functools import wraps

from aiohttp import web

from emulator.appsecret_proof import is_proof
from emulator.credentials import APP_SECRET
from emulator.envelopes import TEMPLATE_PREFIXES, answer, refusal
from emulator.errors import Refused
from emulator.request_log import rules_broken
from emulator.state import EMULATOR, Emulator

SEND_PATHS = ("/v3.0/oa/message", "/v2.0/oa/message", "/v3.0/oa/group/message", "/message/template", "/rsa/message")

PROOF_HEADER = "appsecret_proof"
OA_PROOF_INVALID = -242
TEMPLATE_PROOF_INVALID = -1241

Face = Callable[[web.Request, Emulator], Awaitable[web.StreamResponse]]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def platform_face(face: Face) -> Handler:
    """A handler whose refusals become error envelopes with HTTP 200, and broken rules violations."""

    @wraps(face)
    async def handle(request: web.Request) -> web.StreamResponse:
        emulator = request.app[EMULATOR]
        try:
            return await face(request, emulator)
        except Refused as refused:
            if refused.rule:
                remark(request, refused.rule, refused.detail, code=refused.code)
            config = emulator.config
            names, message = config.oauth_error_names, config.oauth_error_message
            return answer(refusal(request.path, refused.code, oauth_names=names, oauth_message=message))

    return handle


def remark(request: web.Request, rule: str, detail: str, *, code: int | None = None) -> None:
    """List a broken rule under `/_emulator/violations`; without a code the request was let through."""
    emulator = request.app[EMULATOR]
    rules_broken(request).append(rule)
    emulator.violations.record(method=request.method, path=request.path, rule=rule, detail=detail, code=code)


def check_access_token(request: web.Request, emulator: Emulator, *, invalid: int, expired: int) -> None:
    """Let only the current access token pass (docs: zalo 0.2). Raises Refused with the face's two codes."""
    token = request.headers.get("access_token")
    if token is None:
        raise Refused(invalid, rule="header", detail="header access_token is missing")
    state = emulator.tokens.check_access(token, emulator.clock.now_ms())
    if state == "unknown":
        raise Refused(invalid, rule="access_token", detail="this access token was never issued")
    if state == "expired" or emulator.tokens.is_grant_over(emulator.config):
        # Ordinary life, no broken rule: another worker may have refreshed a moment ago.
        raise Refused(expired)
    proof = request.headers.get(PROOF_HEADER)
    if proof is not None or emulator.config.require_appsecret_proof:
        _check_proof(request, token, proof)
    host = "template" if request.path.startswith(TEMPLATE_PREFIXES) else "oa"
    is_send = request.method == "POST" and request.path.startswith(SEND_PATHS)
    emulator.conditions.check(host, is_send=is_send)


def _check_proof(request: web.Request, token: str, proof: str | None) -> None:
    """Docs: zalo 3. A proof that came must be right even where none is required. Raises Refused: -242, -1241."""
    code = TEMPLATE_PROOF_INVALID if request.path.startswith(TEMPLATE_PREFIXES) else OA_PROOF_INVALID
    if proof is None:
        raise Refused(code, rule="appsecret_proof", detail=f"header {PROOF_HEADER} is missing")
    if not is_proof(proof, token, APP_SECRET):
        raise Refused(code, rule="appsecret_proof", detail=f"header {PROOF_HEADER} does not fit token and app secret")


def check_json_type(request: web.Request) -> None:
    """Note a body that does not call itself JSON (docs: zalo 4)."""
    if request.content_type != "application/json":
        remark(request, "content_type", "Content-Type must be application/json")
