"""Public Zalo clients, written by others for the real platform, against the emulator: only their base address changes.

| Client | What it covers here |
|---|---|
| `zalo-sdk` | consent, tokens; OA messages, uploads, reactions, users, tags, quotas; templates by phone |
| `zalopysdk` | token refresh, template list and info, templates by phone |
| `elizaos-plugin-zalo` | `getoa`, token refresh |
| `python-zalo-bot` | the Bot Platform: methods, polling and webhook |

Left out, because the client contradicts the fact sheet or is broken by itself:

- `zalo-sdk`: `send_message(category="transaction")` and `"media"` name the endpoints that ended on 2026-03-01 (4.1),
  and `get_profile` is `getprofile`, stopped for business accounts (5.1): -233 and -240, which is shown.
- `zalopysdk`: `send_message` calls `dict()` on its own dataclass, which has no such conversion; it is given a mapping.
- `elizaos-plugin-zalo`: `send_message` posts plain text to `/v2.0/oa/message`, shut down (4.1): -240, which is shown.
- `python-zalo-bot`: `set_webhook` and its like call `asyncio.run`, so they run in a thread, on a bot of their own.

None of them verifies an OA webhook; that is the stranger of docs/emulator.md (tests/acceptance/test_emulator_docs.py).
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import zalo_bot
import zalosdk
from elizaos_plugin_zalo import ApiError, ZaloSendMessageParams
from elizaos_plugin_zalo import client as elizaos
from zalo_bot.error import InvalidToken
from zalo_bot.ext import ApplicationBuilder, MessageHandler, filters
from zalo_sdk import ZaloOAAuthTokenExpiredException, ZaloOAException
from zalo_sdk.oa import (
    Client as OaClient,
)
from zalo_sdk.oa import (
    ZaloAction,
    ZaloAttachment,
    ZaloMessageBody,
    ZaloRecipient,
)
from zalo_sdk.zns.Client import Client as ZnsClient
from zalo_sdk.zns.Client import ZNSTemplateStatus

from emulator import credentials

GIVEN = credentials()
PHONE = "84905123456"
CALLBACK = "https://dvc.example.vn/callback"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20
SUBMITTED = next(each for each in GIVEN["templates"] if each["name"] == "submitted")
VALUES = {param["name"]: "H29.1-1" for param in SUBMITTED["params"]}
ZALO = {"https://oauth.zaloapp.com", "https://openapi.zalo.me", "https://business.openapi.zalo.me"}

Call = Callable[..., Any]


def moved(url: str, lab: Any) -> str:
    """The same address on the emulator. Any host but Zalo's is a mistake of the test."""
    if url.startswith(lab.url):
        return url
    parts = urlsplit(url)
    assert f"{parts.scheme}://{parts.netloc}" in ZALO, url
    return url.replace(f"{parts.scheme}://{parts.netloc}", lab.url, 1)


@pytest.fixture(autouse=True)
def _addresses_are_not_logged(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bot's address holds its token; httpx and python-zalo-bot log it, and no log of ours may."""
    for name in ("httpx", "zalo_bot"):
        monkeypatch.setattr(logging.getLogger(name), "disabled", True)


@pytest.fixture
def hosts_moved(lab: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """For clients whose addresses are literals in their methods: Zalo's hosts are the emulator."""
    request = requests.api.request
    monkeypatch.setattr(requests.api, "request", lambda method, url, **how: request(method, moved(url, lab), **how))


async def call(method: Call, *given: Any, **named: Any) -> Any:
    """A synchronous client beside an emulator on this loop."""
    return await asyncio.to_thread(method, *given, **named)


@pytest.fixture
def oa(lab: Any) -> OaClient:
    return OaClient(**_keys(), endpoint_prefix=lab.url)


@pytest.fixture
def zns(lab: Any) -> ZnsClient:
    return ZnsClient(**_keys(), endpoint_prefix=lab.url)


def _keys() -> dict[str, Any]:
    names = {"app_id": "app_id", "app_secret": "secret_key"}
    kept = {name: GIVEN[name] for name in ("access_token", "refresh_token")}
    return {**kept, **{theirs: GIVEN[ours] for ours, theirs in names.items()}}


async def user(lab: Any) -> ZaloRecipient:
    """A citizen who has just written to the account."""
    await lab.control(f"phones/{PHONE}/send", {"text": "Xin chào"})
    return ZaloRecipient(user_id=(await lab.control("phones", {"phone": PHONE}))["user_id"])


# -- zalo-sdk: OAuth


async def test_zalo_sdk_goes_from_consent_to_tokens_to_fresh_tokens(lab: Any, oa: OaClient, hosts_moved: None) -> None:
    asked = oa.request_authoriation_code_url(CALLBACK, code_challenge=CHALLENGE, state="s-1")
    async with lab.session.get(moved(asked, lab)) as page:
        assert page.status == 200
    form = {name: value for name, (value,) in parse_qs(urlsplit(asked).query).items()}
    async with lab.session.post(f"{lab.url}/v4/oa/permission", data=form, allow_redirects=False) as back:
        said = parse_qs(urlsplit(back.headers["Location"]).query)
    assert (said["state"], said["oa_id"]) == (["s-1"], [GIVEN["oa_id"]])
    first = await call(oa.get_access_token_from_authorization_code, said["code"][0], VERIFIER)
    second = await call(oa.refresh_acccess_token)
    assert len({GIVEN["access_token"], first[0], second[0]}) == len({GIVEN["refresh_token"], first[1], second[1]}) == 3
    await user(lab)
    assert (await call(oa.get_list, {"offset": 0, "count": 5}))["data"]["total"] == 1


async def test_zalo_sdk_refreshes_when_a_template_is_refused_for_its_token(
    lab: Any, zns: ZnsClient, hosts_moved: None
) -> None:
    await lab.control("clock", {"advance_seconds": 25 * 3600 + 1})
    with pytest.raises(ZaloOAAuthTokenExpiredException):
        await call(zns.send_zns_message, PHONE, SUBMITTED["template_id"], VALUES, "n-1")
    await call(zns.refresh_acccess_token)
    said = await call(zns.send_zns_message, PHONE, SUBMITTED["template_id"], VALUES, "n-1")
    assert said["data"]["msg_id"]


@pytest.mark.provokes_violations("refresh_token_reused")
async def test_zalo_sdk_hears_that_a_refresh_token_is_spent(lab: Any, oa: OaClient, hosts_moved: None) -> None:
    await call(oa.refresh_acccess_token)
    oa.refresh_token = GIVEN["refresh_token"]
    with pytest.raises(ZaloOAException, match="-14014"):
        await call(oa.refresh_acccess_token)


# -- zalo-sdk: the Official Account


async def test_zalo_sdk_sends_every_kind_of_message(lab: Any, oa: OaClient) -> None:
    citizen = await user(lab)
    picture = (await call(oa.upload_file, PNG, "image", "bien-nhan.png", "image/png"))["data"]["attachment_id"]
    paper = (await call(oa.upload_file, b"%PDF-1.7", "file", "don.pdf", "application/pdf"))["data"]["token"]
    asked = {
        "title": "Xác nhận",
        "subtitle": "Chia sẻ tên và số điện thoại",
        "image_url": "https://dvc.example.vn/b.png",
    }
    said = [
        await call(oa.send_message, citizen, body)
        for body in (
            ZaloMessageBody(text="Hồ sơ của bạn đã được tiếp nhận."),
            ZaloMessageBody(text="Biên nhận", attachment=_media({"media_type": "image", "attachment_id": picture})),
            ZaloMessageBody(attachment=_media({"media_type": "sticker", "attachment_id": "5cf2b4d91a9cf3c2aa8d"})),
            ZaloMessageBody(attachment=ZaloAttachment("file", {"token": paper})),
            ZaloMessageBody(text="Bạn muốn làm gì?", attachment=ZaloAttachment("template", {"buttons": BUTTONS})),
            ZaloMessageBody(
                attachment=ZaloAttachment("template", {"template_type": "request_user_info", "elements": [asked]})
            ),
        )
    ]
    assert [answer["error"] for answer in said] == [0] * 6
    quoted = ZaloMessageBody(text="Như đã nói", quote_message_id=said[0]["data"]["message_id"])
    assert (await call(oa.send_message, citizen, quoted))["data"]["quota"]["quota_type"] == "reply"
    arrived = await lab.see("messages?channel=oa")
    assert [each["message_id"] for each in arrived[:6]] == [answer["data"]["message_id"] for answer in said]


async def test_zalo_sdk_reacts_to_a_message(lab: Any, oa: OaClient) -> None:
    citizen = await user(lab)
    (event,) = await lab.receiver.wait("user_send_text")
    action = ZaloAction("/-strong", event["message"]["msg_id"])
    assert (await call(oa.send_message, citizen, action=action, category="action"))["error"] == 0
    assert (await lab.receiver.wait("oa_reacted_message"))[0]["message"]["react_icon"] == "/-strong"


async def test_zalo_sdk_knows_people_by_detail_list_and_tag(lab: Any, oa: OaClient) -> None:
    citizen = await user(lab)
    detail = (await call(oa.get_user_detail, citizen.user_id))["data"]
    assert (detail["user_id"], detail["user_is_follower"]) == (citizen.user_id, False)
    await lab.control(f"phones/{PHONE}/state", {"follows": True})
    assert (await call(oa.get_followers, {"offset": 0, "count": 5}))["data"]["total"] == 1
    await call(oa.tag_follower, citizen.user_id, "một cửa")
    assert (await call(oa.get_tags_of_oa))["data"] == ["một cửa"]
    tagged = await call(oa.get_list, {"offset": 0, "count": 5, "tag_name": "một cửa"})
    assert tagged["data"]["users"] == [{"user_id": citizen.user_id}]
    await call(oa.rm_follower_from_tag, citizen.user_id, "một cửa")
    await call(oa.rm_tag, "một cửa")
    assert (await call(oa.get_tags_of_oa))["data"] == []


async def test_zalo_sdk_reads_the_quotas(lab: Any, oa: OaClient) -> None:
    citizen = await user(lab)
    (event,) = await lab.receiver.wait("user_send_text")
    assert (await call(oa.get_zalo_user_quotas, citizen.user_id))["data"]["cs_reply"]["total"] == 8
    assert {"total", "remain"} <= (await call(oa.get_zalo_oa_quotas, "OA", "cs", "sub_quota"))["data"][0].keys()
    assert {"type", "remain", "total"} <= (await call(oa.get_free_response_quota, event["message"]["msg_id"]))[
        "data"
    ].keys()


@pytest.mark.provokes_violations("retired")
async def test_zalo_sdk_finds_what_is_retired_retired(lab: Any, oa: OaClient) -> None:
    citizen = await user(lab)
    with pytest.raises(ZaloOAException, match="-240"):
        await call(oa.get_profile, citizen.user_id)
    with pytest.raises(ZaloOAException, match="-233"):
        await call(oa.send_message, citizen, ZaloMessageBody(text="Xin chào"), category="transaction")


# -- zalo-sdk and zalopysdk: templates


async def test_zalo_sdk_lists_and_sends_templates(lab: Any, zns: ZnsClient) -> None:
    listed = await call(zns.get_template_list, 0, 100, ZNSTemplateStatus.Enabled)
    assert str(SUBMITTED["template_id"]) in {str(each["templateId"]) for each in listed["data"]}
    said = await call(zns.send_zns_message, PHONE, SUBMITTED["template_id"], VALUES, "n-1")
    (receipt,) = await lab.receiver.wait("user_received_message")
    assert (receipt["message"]["msg_id"], receipt["message"]["tracking_id"]) == (said["data"]["msg_id"], "n-1")


async def test_zalo_sdk_sends_in_development_mode_to_admins(make_lab: Any) -> None:
    lab = await make_lab(admin_phones=(PHONE,))
    zns = ZnsClient(**_keys(), endpoint_prefix=lab.url)
    assert (await call(zns.send_zns_message, PHONE, SUBMITTED["template_id"], VALUES, "n-1", dev_mode=True))[
        "error"
    ] == 0


async def test_zalopysdk_refreshes_and_sends_a_template(lab: Any, hosts_moved: None) -> None:
    client = zalosdk.ZaloClient(GIVEN["app_id"], GIVEN["app_secret"], VERIFIER)
    client.access_token = await call(client.refresh_access_token, GIVEN["refresh_token"])
    assert client.access_token.expires_in == 90_000
    assert client.code_challenge == CHALLENGE
    listed = await call(client.get_template_list, zalosdk.ZNSTplListRequest(0, 10, zalosdk.ZNSTplStatus.ENABLE))
    assert listed["metadata"]["total"] >= 9
    detail = (await call(client.get_template_detail, SUBMITTED["template_id"]))["data"]
    assert {param["name"] for param in detail["listParams"]} == VALUES.keys()
    message = zalosdk.ZNSMessage(PHONE, SUBMITTED["template_id"], VALUES, "n-2")
    said = await call(client.send_message, vars(message))
    assert said["error"] == zalosdk.ErrorCode.SUCCESS
    assert [each["message_id"] for each in await lab.see(f"messages?phone={PHONE}")] == [said["data"]["msg_id"]]


@pytest.mark.provokes_violations
async def test_zalopysdk_knows_the_codes_of_refusals(lab: Any, hosts_moved: None) -> None:
    client = zalosdk.ZaloClient(GIVEN["app_id"], GIVEN["app_secret"], VERIFIER)
    client.access_token = zalosdk.AccessToken(GIVEN["access_token"])
    await lab.control("phones", {"phone": PHONE, "zalo": False})
    sent = {"phone": PHONE, "template_id": SUBMITTED["template_id"], "template_data": VALUES, "tracking_id": "n-1"}
    codes = zalosdk.ErrorCode
    for changed, code in (
        ({}, codes.ZALO_ACCOUNT_IS_NOT_EXISTED),
        ({"phone": "0905123456"}, codes.PHONE_NUMBER_INVALID),
        ({"template_id": "1"}, codes.TEMPLATE_ID_INVALID),
        ({"template_data": {}}, codes.TEMPLATE_DATA_EMPTY),
        ({"template_data": VALUES | {"thu_tuc": "x" * 201}}, codes.PARAMETER_NAME_DATA_BREAKS_LENGTH),
    ):
        assert (await call(client.send_message, sent | changed))["error"] == code, changed
    client.access_token = zalosdk.AccessToken("of another account")
    assert (await call(client.send_message, sent))["error"] == codes.ACCESS_TOKEN_INVALID


# -- elizaos-plugin-zalo


async def test_elizaos_plugin_knows_its_account_and_refreshes(lab: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elizaos, "ZALO_OA_API_BASE", lab.url + "/v2.0/oa")
    monkeypatch.setattr(elizaos, "ZALO_OAUTH_API_BASE", lab.url + "/v4")
    pair = await elizaos.ZaloClient.refresh_token(GIVEN["app_id"], GIVEN["app_secret"], GIVEN["refresh_token"])
    assert pair["expires_in"] == "90000"
    client = elizaos.ZaloClient(pair["access_token"])
    try:
        assert (await client.get_oa_info()).oa_id == GIVEN["oa_id"]
    finally:
        await client.close()


@pytest.mark.provokes_violations("retired")
async def test_elizaos_plugin_hears_that_its_message_address_is_gone(lab: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elizaos, "ZALO_OA_API_BASE", lab.url + "/v2.0/oa")
    citizen = await user(lab)
    client = elizaos.ZaloClient(GIVEN["access_token"])
    try:
        with pytest.raises(ApiError) as refused:
            await client.send_message(ZaloSendMessageParams(user_id=citizen.user_id, text="Xin chào"))
        assert refused.value.error_code == -240
    finally:
        await client.close()


# -- python-zalo-bot


async def test_python_zalo_bot_polls_and_answers(lab: Any) -> None:
    async with zalo_bot.Bot(GIVEN["bot_token"], base_url=lab.url) as bot:
        assert bot._bot_user.account_name.startswith("bot.")
        await lab.control(f"bot/{PHONE}/send", {"text": "Hồ sơ H29-1 đâu rồi?"})
        update = await bot.get_update(timeout=5)
        assert (update.message.text, update.message.chat.type) == ("Hồ sơ H29-1 đâu rồi?", "PRIVATE")
        chat = update.message.chat.id
        sent = [
            await update.message.reply_text("Đang giải quyết."),
            await bot.send_message(chat, "Như đã nói", reply_to_message_id=update.message.message_id),
            await bot.send_photo(chat, "Biên nhận", "https://dvc.example.vn/b.png"),
            await bot.send_sticker(chat, "5cf2b4d91a9cf3c2aa8d"),
        ]
        await bot.send_chat_action(chat, zalo_bot.constants.ChatAction.TYPING)
    arrived = await lab.see("messages?channel=bot")
    assert [each["message_id"] for each in arrived] == [message.message_id for message in sent]


async def test_python_zalo_bot_takes_a_webhook_and_dispatches_it(lab: Any) -> None:
    sync = zalo_bot.Bot(GIVEN["bot_token"], base_url=lab.url)
    assert await call(sync.set_webhook, lab.receiver.url, GIVEN["bot_secret_token"])
    await lab.control(f"bot/{PHONE}/send", {"text": "Xin chào"})
    async with asyncio.timeout(5):
        while not lab.receiver.got:
            await asyncio.sleep(0.005)
    headers, _, update = lab.receiver.got[-1]
    assert headers["x-bot-api-secret-token"] == GIVEN["bot_secret_token"]
    heard: list[str] = []
    application = ApplicationBuilder().token(GIVEN["bot_token"]).base_url(lab.url).build()
    application.add_handler(MessageHandler(filters.TEXT, _note(heard)))
    await application.process_update(zalo_bot.Update.de_json(update["result"], application.bot))
    assert heard == ["Xin chào"]


@pytest.mark.provokes_violations("token")
async def test_python_zalo_bot_hears_that_its_token_is_wrong(lab: Any) -> None:
    with pytest.raises(InvalidToken):
        await zalo_bot.Bot("1:not-this-bots", base_url=lab.url).initialize()


BUTTONS = [
    {"title": "Xem trạng thái", "type": "oa.query.show", "payload": "#status H29-1"},
    {"title": "Mở cổng", "type": "oa.open.url", "payload": {"url": "https://dvc.example.vn"}},
]


def _media(element: dict[str, Any]) -> ZaloAttachment:
    return ZaloAttachment("template", {"template_type": "media", "elements": [element]})


def _note(heard: list[str]) -> Call:
    async def note(update: Any, context: Any) -> None:
        heard.append(update.message.text)

    return note
