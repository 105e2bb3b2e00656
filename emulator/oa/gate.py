"""What every address of the Official Account does first."""

from aiohttp import web

from emulator.errors import Refused
from emulator.gate import check_access_token
from emulator.phones import Phone
from emulator.state import Emulator

INVALID_TOKEN = -216
EXPIRED_TOKEN = -220


def check_token(request: web.Request, emulator: Emulator) -> None:
    """Let only the current access token pass. Raises Refused: -216, -220."""
    check_access_token(request, emulator, invalid=INVALID_TOKEN, expired=EXPIRED_TOKEN)


def find_user(user_id: str, emulator: Emulator) -> Phone:
    """The phone of a user id. Raises Refused(-201)."""
    phone = emulator.phones.by_user(user_id)
    if phone is None:
        raise Refused(-201, rule="user_id", detail="no user of this account has this id")
    return phone
