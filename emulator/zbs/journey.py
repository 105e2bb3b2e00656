"""Journey tokens (docs: zalo 6.2, grade C: behind the setting `journey`; field names are of our own making)."""

from aiohttp import web

from emulator.clock import to_iso
from emulator.envelopes import answer, success
from emulator.errors import Refused
from emulator.gate import check_json_type, platform_face
from emulator.state import Emulator
from emulator.template_rules import parse_body, read_phone
from emulator.zbs.gate import check_token
from emulator.zbs.journey_tokens import TOKEN_DAYS, JourneyToken


def add_routes(app: web.Application) -> None:
    """Hang these addresses into the application."""
    app.router.add_post("/journey/get-token", make_token)
    app.router.add_get("/journey/check-token", tell_token)


@platform_face
async def make_token(request: web.Request, emulator: Emulator) -> web.Response:
    """`POST /journey/get-token` with `phone` and `token_type`: `{token, token_type, expired_time}`."""
    _check_journey(emulator)
    check_token(request, emulator)
    check_json_type(request)
    body = parse_body(await request.read())
    token_type = body.get("token_type")
    if not isinstance(token_type, str) or token_type not in TOKEN_DAYS:
        raise Refused(-132, rule="token_type", detail=f"token_type must be one of {', '.join(TOKEN_DAYS)}")
    phone = read_phone(body.get("phone"), emulator.config)
    made = emulator.journey_tokens.make(token_type, phone, emulator.clock.now_ms())
    emulator.touch()
    return answer(success(_view(made)))


@platform_face
async def tell_token(request: web.Request, emulator: Emulator) -> web.Response:
    """`GET /journey/check-token?token=`: what it is, or why it is of no use: -148, -149, -150."""
    _check_journey(emulator)
    check_token(request, emulator)
    written = request.query.get("token", "")
    if not written:
        raise Refused(-148, rule="token", detail="query parameter token is missing")
    found = emulator.journey_tokens.get(written)
    if found is None:
        raise Refused(-149, rule="token", detail="this token was never made")
    if emulator.clock.now_ms() >= found.expires_ms:
        raise Refused(-150)
    return answer(success({**_view(found), "expired_at": to_iso(found.expires_ms)}))


def _check_journey(emulator: Emulator) -> None:
    if not emulator.config.journey:
        raise Refused(-106, rule="path", detail="journeys are not switched on; see the setting journey")


def _view(token: JourneyToken) -> dict[str, str]:
    return {"token": token.token, "token_type": token.type, "expired_time": str(token.expires_ms)}
