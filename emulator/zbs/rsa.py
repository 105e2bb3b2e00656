"""The key for encrypted phones (docs: zalo 6.2, grade C: behind the setting `rsa`)."""

from aiohttp import web

from emulator.envelopes import answer, success
from emulator.errors import Refused
from emulator.gate import platform_face
from emulator.state import Emulator
from emulator.zbs.gate import check_token

MISSING = {"new": -142, "old": -128}
EXISTS = {"new": -143, "old": -129}


def add_routes(app: web.Application) -> None:
    """Hang these addresses into the application."""
    app.router.add_get("/rsa/key/gen", make_key)
    app.router.add_get("/rsa/key/get", tell_key)


@platform_face
async def make_key(request: web.Request, emulator: Emulator) -> web.Response:
    """`GET /rsa/key/gen`: a key pair, once."""
    check_rsa(emulator)
    check_token(request, emulator)
    if emulator.rsa_keys.public_key is not None:
        raise Refused(EXISTS.get(emulator.config.rsa_codes, EXISTS["new"]), rule="rsa_key", detail="there is a key")
    await emulator.rsa_keys.make()
    emulator.touch()
    return answer(success({"publicKey": emulator.rsa_keys.public_key}))


@platform_face
async def tell_key(request: web.Request, emulator: Emulator) -> web.Response:
    """`GET /rsa/key/get`: the public half."""
    check_rsa(emulator)
    check_token(request, emulator)
    return answer(success({"publicKey": need_key(emulator)}))


def check_rsa(emulator: Emulator) -> None:
    """Whether encrypted phones are emulated at all. Raises Refused(-106)."""
    if not emulator.config.rsa:
        raise Refused(-106, rule="path", detail="RSA is not switched on; see the setting rsa")


def need_key(emulator: Emulator) -> str:
    """The public key as PEM. Raises Refused: -142, or -128 by setting."""
    key = emulator.rsa_keys.public_key
    if key is None:
        raise Refused(MISSING.get(emulator.config.rsa_codes, MISSING["new"]), rule="rsa_key", detail="make a key first")
    return key
