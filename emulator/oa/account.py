"""The account itself (docs: zalo 5.2)."""

from aiohttp import web

from emulator.credentials import OA_ID, OA_NAME
from emulator.envelopes import answer, success
from emulator.gate import platform_face
from emulator.oa.gate import check_token
from emulator.oa.pictures import account_picture
from emulator.state import Emulator


def add_routes(app: web.Application) -> None:
    """Hang these addresses into the application."""
    app.router.add_get("/v2.0/oa/getoa", tell_account)


@platform_face
async def tell_account(request: web.Request, emulator: Emulator) -> web.Response:
    """`GET /v2.0/oa/getoa` (docs: zalo 5.2)."""
    check_token(request, emulator)
    picture = account_picture(request)
    account = {
        "oa_id": OA_ID,
        "name": OA_NAME,
        "description": "Tài khoản của trình giả lập",
        "oa_alias": "",
        "is_verified": True,
        "oa_type": 2,
        "cate_name": "Cơ quan nhà nước",
        "num_follower": sum(phone.follows for phone in emulator.phones.all()),
        "avatar": picture,
        "cover": picture,
        "package_name": "Gói giả lập",
        "package_valid_through_date": "31/12/2099",
        "linked_ZCA": "emulator",
    }
    return answer(success(account))
