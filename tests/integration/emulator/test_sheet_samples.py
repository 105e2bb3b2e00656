"""A stranger's client: the fact sheet's samples, letter by letter, with plain aiohttp (docs: zalo 2 to 8, 10, 14).

The samples are written as they stand in the sheet. Only ids that the platform gives out (people, messages, templates,
uploads, the app) are replaced by those of the emulator; the rest of each body is sent and compared as it is.
"""

import asyncio
import base64
import hashlib
import hmac
import io
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import aiohttp
import pytest
from aiohttp import web

from emulator import credentials, pkce, signature

GIVEN = credentials()
USER, PHONE = "246845883529197922", "84987654321"
DAY = "2026-03-05T10:00:00+07:00"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20
GIF = b"GIF89a" + b"0" * 20
JSON = {"Content-Type": "application/json"}
TEMPLATES = {
    "200607": {"ten": "1", "ma_ho_so": "4"},
    "523194": {"ma_ho_so": "4", "trang_thai": "6"},
}
"""The templates that the samples name, with their parameters' kinds (6.4)."""


@dataclass
class Sample:
    """A request of the sheet and the keys of its answer; dots lead into objects, a number into a list."""

    section: str
    method: str
    path: str
    body: str = ""
    keys: tuple[str, ...] = ()
    texts: tuple[str, ...] = field(default=())
    """Keys whose values are strings, though they hold numbers."""

    def __str__(self) -> str:
        return f"{self.section} {self.path}"


CS = "/v3.0/oa/message/cs"
SENT = ("data.message_id", "data.user_id")
SAMPLES = [
    Sample(
        "4.2 text",
        "POST",
        CS,
        """{"recipient": {"user_id": "246845883529197922"},
 "message": {"text": "Hồ sơ của bạn đã được tiếp nhận.", "quote_message_id": "96d3cdf3af150460909"}}""",
        (
            *SENT,
            "data.sent_time",
            "data.quota.quota_type",
            "data.quota.remain",
            "data.quota.total",
            "data.quota.expired_date",
            "data.quota.owner_type",
            "data.quota.owner_id",
        ),
        ("data.sent_time", "data.quota.remain", "data.quota.total"),
    ),
    Sample(
        "4.2 image",
        "POST",
        CS,
        """{"recipient": {"user_id": "246845883529197922"},
 "message": {"text": "Biên nhận",
  "attachment": {"type": "template", "payload": {"template_type": "media",
   "elements": [{"media_type": "image", "attachment_id": "PWRX…"}]}}}}""",
        SENT,
    ),
    Sample(
        "4.2 gif",
        "POST",
        CS,
        """{"recipient": {"user_id": "246845883529197922"},
 "message": {"attachment": {"type": "template", "payload": {"template_type": "media",
   "elements": [{"media_type": "gif", "attachment_id": "GIF…", "width": 120, "height": 90}]}}}}""",
        SENT,
    ),
    Sample(
        "4.2 sticker",
        "POST",
        CS,
        """{"recipient": {"user_id": "246845883529197922"},
 "message": {"attachment": {"type": "template", "payload": {"template_type": "media",
   "elements": [{"media_type": "sticker", "attachment_id": "5cf2b4d91a9cf3c2aa8d"}]}}}}""",
        SENT,
    ),
    Sample(
        "4.2 buttons",
        "POST",
        CS,
        """{"recipient": {"user_id": "246845883529197922"},
 "message": {"text": "Bạn muốn làm gì?",
  "attachment": {"type": "template", "payload": {"buttons": [
   {"title": "Xem trạng thái", "type": "oa.query.show", "payload": "#status H29-1"},
   {"title": "Mở cổng", "type": "oa.open.url", "payload": {"url": "https://dvc.example.vn"}},
   {"title": "Gọi", "type": "oa.open.phone", "payload": {"phone_code": "84281022"}}]}}}}""",
        SENT,
    ),
    Sample(
        "4.2 request_user_info",
        "POST",
        CS,
        """{"recipient": {"user_id": "246845883529197922"},
 "message": {"attachment": {"type": "template", "payload": {"template_type": "request_user_info",
  "elements": [{"title": "Xác nhận thông tin", "subtitle": "Chia sẻ tên và số điện thoại",
                "image_url": "https://dvc.example.vn/banner.png"}]}}}}""",
        SENT,
    ),
    Sample(
        "4.2 file",
        "POST",
        CS,
        """{"recipient": {"user_id": "246845883529197922"},
 "message": {"attachment": {"type": "file", "payload": {"token": "<token from upload/file>"}}}}""",
        SENT,
    ),
    Sample(
        "4.4",
        "POST",
        "/v3.0/oa/message/template",
        """{"user_id": "246845883529197922", "template_id": "523194",
 "template_data": {"ma_ho_so": "H29.1-260101-0001", "trang_thai": "Đã tiếp nhận"}}""",
        SENT,
    ),
    Sample(
        "4.6 anonymous",
        "POST",
        "/v2.0/oa/message",
        """{"recipient": {"anonymous_id": "<anonymous>", "conversation_id": "<conversation>"},
 "message": {"text": "Hồ sơ của bạn đã được tiếp nhận."}}""",
        ("data.message_id",),
    ),
    Sample(
        "4.6 reaction",
        "POST",
        "/v2.0/oa/message",
        """{"recipient": {"user_id": "246845883529197922"},
 "sender_action": {"react_icon": "/-strong", "react_message_id": "96d3cdf3af150460909"}}""",
    ),
    Sample(
        "4.6 broadcast",
        "POST",
        "/v2.0/oa/message",
        """{"recipient": {"target": {"ages": 3, "gender": 1, "locations": 2, "cities": 4, "platform": 1}},
 "message": {"attachment": {"type": "template", "payload": {"template_type": "media",
  "elements": [{"media_type": "article", "attachment_id": "<article id>"}]}}}}""",
        ("data.message_id",),
    ),
    Sample(
        "5.1",
        "GET",
        '/v3.0/oa/user/detail?data={"user_id":"246845883529197922"}',
        keys=(
            *("data.user_id", "data.user_id_by_app", "data.user_external_id", "data.display_name", "data.user_alias"),
            *("data.is_sensitive", "data.user_is_follower", "data.user_last_interaction_date", "data.avatar"),
            *("data.avatars.120", "data.avatars.240", "data.tags_and_notes_info.notes", "data.shared_info"),
            *("data.tags_and_notes_info.tag_names", "data.dynamic_param"),
        ),
    ),
    Sample(
        "5.2 getlist",
        "GET",
        '/v3.0/oa/user/getlist?data={"offset":0,"count":50,"last_interaction_period":"TODAY","is_follower":true}',
        keys=("data.total", "data.count", "data.offset", "data.users.0.user_id"),
    ),
    Sample(
        "5.2 getfollowers",
        "GET",
        '/v2.0/oa/getfollowers?data={"offset":0,"count":5}',
        keys=("data.total", "data.followers.0.user_id"),
    ),
    Sample(
        "5.2 update",
        "POST",
        "/v3.0/oa/user/update",
        '{"user_id": "246845883529197922", "shared_info": {"name": "An", "phone": "84987654321", "district": "1"}}',
    ),
    Sample(
        "5.2 getoa",
        "GET",
        "/v2.0/oa/getoa",
        keys=(
            *("data.oa_id", "data.name", "data.description", "data.oa_alias", "data.is_verified", "data.oa_type"),
            *("data.cate_name", "data.num_follower", "data.avatar", "data.cover", "data.package_name"),
            *("data.package_valid_through_date", "data.linked_ZCA"),
        ),
    ),
    Sample(
        "5.2 conversation",
        "GET",
        '/v2.0/oa/conversation?data={"user_id":"246845883529197922","offset":0,"count":10}',
        keys=tuple(f"data.0.{key}" for key in ("src", "time", "type", "message", "message_id", "from_id", "to_id")),
    ),
    Sample(
        "5.2 listrecentchat",
        "GET",
        '/v2.0/oa/listrecentchat?data={"offset":0,"count":10}',
        keys=("data.0.src", "data.0.from_display_name", "data.0.to_display_name"),
    ),
    Sample("5.2 tag", "POST", "/v2.0/oa/tag/tagfollower", '{"user_id": "246845883529197922","tag_name": "một cửa"}'),
    Sample("5.2 tags", "GET", "/v2.0/oa/tag/gettagsofoa", keys=("data.0",)),
    Sample("5.2 untag", "POST", "/v2.0/oa/tag/rmfollowerfromtag", '{"user_id": "246845883529197922","tag_name": "cũ"}'),
    Sample("5.2 rmtag", "POST", "/v2.0/oa/tag/rmtag", '{"tag_name": "cũ"}'),
    Sample(
        "5.4 user",
        "POST",
        "/v3.0/oa/quota/message",
        '{"user_id": "246845883529197922"}',
        (
            *("data.last_interaction", "data.cs_reply.remain", "data.cs_reply.total", "data.promotion.daily_remain"),
            *("data.promotion.daily_total", "data.promotion.monthly_remain", "data.promotion.monthly_total"),
        ),
        ("data.last_interaction",),
    ),
    Sample(
        "5.4 owner",
        "POST",
        "/v3.0/oa/quota/message",
        '{"quota_owner": "OA", "product_type": "cs", "quota_type": "sub_quota"}',
        tuple(
            f"data.0.{key}" for key in ("asset_id", "product_type", "quota_type", "valid_through", "total", "remain")
        ),
    ),
    Sample(
        "5.4 second version",
        "POST",
        "/v2.0/oa/quota/message",
        '{"user_id": "246845883529197922","type":"promotion"}',
        ("data.type", "data.remain", "data.total"),
    ),
    Sample(
        "6.1",
        "POST",
        "/message/template",
        """{"phone": "84987654321", "template_id": "200607",
 "template_data": {"ten": "Nguyễn Văn A", "ma_ho_so": "H29.1-260101-0001"},
 "tracking_id": "n-01HZX3"}""",
        ("data.msg_id", "data.sent_time", "data.sending_mode", "data.quota.dailyQuota", "data.quota.remainingQuota"),
        ("data.sent_time", "data.sending_mode", "data.quota.dailyQuota", "data.quota.remainingQuota"),
    ),
    Sample(
        "6.2 hashed",
        "POST",
        "/message/template/hashphone",
        """{"hash_phone": "116ce31ae9170769b075a11dedca1198f41d30318334919fb90917e9c617b438", "template_id": "200607",
 "template_data": {"ten": "Nguyễn Văn A", "ma_ho_so": "H29.1-260101-0001"},
 "tracking_id": "n-01HZX3"}""",
        ("data.msg_id", "data.sent_time"),
    ),
    Sample(
        "6.3 status",
        "GET",
        "/message/status?message_id=<template message>",
        keys=("data.delivery_time", "data.message", "data.status"),
    ),
    Sample(
        "6.3 quota",
        "GET",
        "/message/quota",
        keys=(
            *("data.dailyQuota", "data.remainingQuota", "data.dailyQuotaPromotion", "data.remainingQuotaPromotion"),
            *("data.monthlyPromotionQuota", "data.remainingMonthlyPromotionQuota"),
            "data.estimatedNextMonthPromotionQuota",
        ),
    ),
    Sample("6.3 quality", "GET", "/quality", keys=("data.oaCurrentQuality", "data.oa7dayQuality")),
    Sample("6.3 tags", "GET", "/message/template-tag", keys=("data.0",)),
    Sample(
        "6.3 all",
        "GET",
        "/template/all?offset=0&limit=100&status=1",
        keys=(
            *("data.0.templateId", "data.0.templateName", "data.0.createdTime", "data.0.status"),
            *("data.0.templateQuality", "metadata.total"),
        ),
    ),
    Sample(
        "6.4",
        "GET",
        "/template/info/v2?template_id=200607",
        keys=(
            *("data.templateId", "data.templateName", "data.status", "data.listParams.0.name", "data.timeout"),
            *("data.listParams.0.require", "data.listParams.0.type", "data.listParams.0.minLength"),
            *("data.listParams.0.maxLength", "data.listParams.0.acceptNull", "data.previewUrl"),
            *("data.listButtons.0.type", "data.listButtons.0.title", "data.listButtons.0.content"),
            *("data.templateQuality", "data.templateTag", "data.price"),
        ),
        texts=("data.price",),
    ),
    Sample("6.3 sample data", "GET", "/template/sample-data?template_id=200607", keys=("data.ten", "data.ma_ho_so")),
    Sample(
        "6.3 rating",
        "GET",
        "/rating/get?template_id=200607&from_time=1767225600000&to_time=1893456000000&offset=0&limit=10",
        keys=("data.total", "data.data"),
    ),
]


@pytest.fixture
async def stranger(make_lab: Any) -> Any:
    """An emulator by day, on which everything that the samples name exists."""
    lab = await make_lab()
    await lab.control("clock", {"now": DAY})
    lab.token = (await lab.refresh())["access_token"]
    user_id = (await lab.control("phones", {"phone": PHONE, "name": "An", "follows": True}))["user_id"]
    written = await lab.control(f"phones/{PHONE}/send", {"text": "Xin chào"})
    visitor = await lab.control("visitors", {})
    for tag in ("một cửa", "cũ"):
        await lab.platform("POST", "/v2.0/oa/tag/tagfollower", json={"user_id": user_id, "tag_name": tag})
    lab.ids = {
        USER: user_id,
        "96d3cdf3af150460909": written["msg_id"],
        "PWRX…": (await _upload(lab, "image", "a.png", PNG))["attachment_id"],
        "GIF…": (await _upload(lab, "gif", "a.gif", GIF))["attachment_id"],
        "<token from upload/file>": (await _upload(lab, "file", "a.pdf", b"%PDF-1.7"))["token"],
        "<anonymous>": visitor["anonymous_id"],
        "<conversation>": visitor["conversation_id"],
        "<article id>": await _publish(lab),
        **{number: await _make_template(lab, kinds) for number, kinds in TEMPLATES.items()},
    }
    data = {"ten": "An", "ma_ho_so": "H29"}
    sent = await lab.send(phone=PHONE, template_id=lab.ids["200607"], template_data=data)
    lab.ids["<template message>"] = sent["data"]["msg_id"]
    return lab


@pytest.mark.parametrize("sample", SAMPLES, ids=str)
async def test_a_sample_is_taken_as_it_stands_and_answered_with_its_keys(stranger: Any, sample: Sample) -> None:
    path, _, data = _known(sample.path, stranger).partition("?data=")
    path += f"?data={quote(data)}" if data else ""
    body = _known(sample.body, stranger).encode() or None
    headers = {"access_token": stranger.token, **(JSON if body else {})}
    answer = await stranger.platform(sample.method, path, data=body, headers=headers)
    assert (answer["error"], answer["message"]) == (0, "Success"), answer
    found = {key: _look_up(answer, key) for key in sample.keys}
    assert all(isinstance(found[key], str) for key in sample.texts), found


@pytest.mark.provokes_violations
async def test_the_shapes_that_the_sheet_says_are_refused_are_refused(stranger: Any) -> None:
    first_version = '{"type":"image","payload":{"url": "https://dvc.example.vn/b.png"}}'
    old = f'{{"recipient": {{"user_id": "{USER}"}}, "message": {{"attachment": {first_version}}}}}'
    text = f'{{"recipient": {{"user_id": "{USER}"}}, "message": {{"text": "Xin chào"}}}}'
    for path, body, code in ((CS, old, -201), ("/v2.0/oa/message", text, -240), (CS, text.replace(USER, "1"), -201)):
        answer = await stranger.platform("POST", path, data=_known(body, stranger).encode())
        assert answer["error"] == code, answer


# -- OAuth (2)


async def test_the_forms_of_consent_and_tokens_are_taken_as_they_stand(lab: Any) -> None:
    verifier = base64.urlsafe_b64encode(b"\x07" * 32).rstrip(b"=").decode()
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {"app_id": GIVEN["app_id"], "redirect_uri": "https://dvc.example.vn/cb", "code_challenge": challenge}
    async with lab.session.get(f"{lab.url}/v4/oa/permission", params={**asked, "state": "s"}) as page:
        assert page.status == 200
    form = {**asked, "state": "s"}
    async with lab.session.post(f"{lab.url}/v4/oa/permission", data=form, allow_redirects=False) as back:
        query = parse_qs(urlsplit(back.headers["Location"]).query)
    assert query.keys() == {"code", "oa_id", "state"}
    exchange = {"app_id": GIVEN["app_id"], "code": query["code"][0], "grant_type": "authorization_code"}
    first = await lab.oauth({**exchange, "code_verifier": verifier})
    assert first.keys() == {"access_token", "refresh_token", "expires_in"}
    assert first["expires_in"] == "90000"
    second = await lab.refresh(first["refresh_token"])
    assert second["refresh_token"] not in {"", first["refresh_token"]}


@pytest.mark.provokes_violations
async def test_an_oauth_error_has_the_keys_of_the_sample(lab: Any) -> None:
    form = {"app_id": "1", "grant_type": "refresh_token", "refresh_token": GIVEN["refresh_token"]}
    said = await lab.oauth(form)
    assert {"error", "error_name", "error_reason", "error_description", "ref_doc"} <= said.keys()
    assert said["error"] == -14002


# -- webhooks (7)

ENVELOPE = """{"app_id": "1234567890123456789", "user_id_by_app": "552177279717587730",
 "event_name": "user_send_text", "timestamp": "1767225600000",
 "sender": {"id": "246845883529197922"}, "recipient": {"id": "388613280878808645"},
 "message": {"msg_id": "96d3cdf3af150460909", "text": "Xin chào"}}"""
LOCATION = """{"event_name": "user_send_location", "app_id": "1234567890123456789", "timestamp": "1767225600000",
 "sender": {"id": "246845883529197922"}, "recipient": {"id": "388613280878808645"},
 "user_id_by_app": "552177279717587730",
 "message": {"msg_id": "m2", "attachments": [{"type": "location",
   "payload": {"coordinates": {"latitude": "10.7769", "longitude": "106.7009"}}}]}}"""
SUBMITTED = """{"event_name": "user_submit_info", "app_id": "1234567890123456789", "timestamp": "1767225600000",
 "sender": {"id": "246845883529197922"}, "recipient": {"id": "388613280878808645"},
 "user_id_by_app": "552177279717587730",
 "info": {"name": "Nguyễn Văn A", "phone": "84987654321", "user_dob": "01/01/1990", "gender": "male",
          "full_address": {"user_address": "1 Lê Lợi", "user_ward": "Bến Nghé", "user_city": "TP. Hồ Chí Minh"}}}"""
RECEIVED = """{"event_name": "user_received_message", "app_id": "1234567890123456789", "timestamp": "1767225601000",
 "sender": {"id": "388613280878808645"}, "recipient": {"id": "84987654321"},
 "message": {"msg_id": "a3fb…", "tracking_id": "n-01HZX3…", "delivery_time": "1767225600900"}}"""
INFO = {
    "name": "Nguyễn Văn A",
    "phone": "84987654321",
    "user_dob": "01/01/1990",
    "gender": "male",
    "address": "1 Lê Lợi",
    "ward": "Bến Nghé",
    "city": "TP. Hồ Chí Minh",
}
PLACE = {"latitude": "10.7769", "longitude": "106.7009"}


@pytest.mark.parametrize(
    ("sample", "act"),
    [(ENVELOPE, {"text": "Xin chào"}), (LOCATION, {"location": PLACE}), (SUBMITTED, {"submit_info": INFO})],
    ids=["7.3", "7.4 location", "7.4 user_submit_info"],
)
async def test_an_event_looks_like_its_sample_and_is_signed(lab: Any, sample: str, act: dict[str, Any]) -> None:
    await lab.control(f"phones/{PHONE}/send", act)
    expected = json.loads(sample)
    (event,) = await lab.receiver.wait(expected["event_name"])
    headers, raw, _ = next(each for each in lab.receiver.got if each[2] == event)
    assert _shape(event) == _shape(expected)
    plain = GIVEN["app_id"].encode() + raw + event["timestamp"].encode() + GIVEN["oa_secret_key"].encode()
    assert headers["x-zevent-signature"] == "mac=" + hashlib.sha256(plain).hexdigest()


async def test_a_templates_receipt_looks_like_its_sample(stranger: Any) -> None:
    (event,) = await stranger.receiver.wait("user_received_message")
    assert _shape(event) == _shape(json.loads(RECEIVED))
    assert event["recipient"]["id"] == PHONE


# -- the Bot Platform (8)

UPDATE = """{"event_name": "message.text.received",
 "message": {"message_id": "2d758cb5e222177a4e35", "date": 1767225600000, "text": "Xin chào",
  "chat": {"id": "6ede9afa66b88fe6d6a9", "chat_type": "PRIVATE"},
  "from": {"id": "6ede9afa66b88fe6d6a9", "display_name": "An", "is_bot": false}}}"""


async def test_the_bots_methods_answer_as_the_sheet_says(lab: Any) -> None:
    bot = f"/bot{GIVEN['bot_token']}/"

    async def ask(method: str, **params: Any) -> Any:
        status, said = await lab.ask("POST", bot + method, json=params)
        return said["result"] if said["ok"] and "result" in said else (status, said)

    status, me = await lab.ask("GET", bot + "getMe")
    assert status == 200
    assert {"id", "account_name", "account_type", "can_join_groups"} <= me["result"].keys()
    assert (await ask("getUpdates", timeout="0"))[1] == {
        "ok": False, "error_code": 408, "description": "Request timeout"
    }  # fmt: skip
    await lab.control(f"bot/{PHONE}/send", {"text": "Xin chào"})
    update = await ask("getUpdates", timeout=1)
    assert _shape(update) == _shape(json.loads(UPDATE))
    chat_id = update["message"]["chat"]["id"]
    for method, params in (
        ("sendMessage", {"text": "Chào bạn"}),
        ("sendPhoto", {"photo": "https://dvc.example.vn/b.png", "caption": "Biên nhận"}),
        ("sendSticker", {"sticker": "5cf2b4d91a9cf3c2aa8d"}),
    ):
        assert (await ask(method, chat_id=chat_id, **params)).keys() == {"message_id", "date"}
    assert await ask("sendChatAction", chat_id=chat_id, action="typing") == (200, {"ok": True})
    hooked = await ask("setWebhook", url="https://dvc.example.vn/bot", secret_token="12345678")
    assert {"url", "updated_at"} <= hooked.keys()
    assert (await ask("getWebhookInfo"))["url"] == "https://dvc.example.vn/bot"
    assert (await ask("deleteWebhook"))["url"] == ""


@pytest.mark.provokes_violations("token")
async def test_a_bot_error_is_the_sample(lab: Any) -> None:
    _, said = await lab.ask("POST", "/bot1:wrong/getMe")
    assert said == {"ok": False, "error_code": 401, "description": "Unauthorized"}


# -- short messages (10)

ESMS = """{"ApiKey": "…", "SecretKey": "…", "Phone": "0987654321", "Content": "UBND XA A: Ho so H29-1 da co ket qua.",
 "Brandname": "UBNDXAA", "SmsType": "2", "IsUnicode": "0", "Sandbox": "0",
 "RequestId": "n-01HZX3", "CallbackUrl": "https://dvc.example.vn/esms/cb?k=…"}"""
CALLBACK_KEYS = {
    *("SMSID", "SendFailed", "SendStatus", "SendSuccess", "TotalPrice", "TotalReceiver", "TotalSent", "RequestId"),
    *("TypeId", "telcoid", "phonenumber"),
}


@pytest.fixture
async def reports() -> AsyncIterator[tuple[str, asyncio.Queue[dict[str, str]]]]:
    """A callback address and the queries that come to it."""
    got: asyncio.Queue[dict[str, str]] = asyncio.Queue()

    async def take(request: web.Request) -> web.Response:
        got.put_nowait(dict(request.query))
        return web.Response()

    app = web.Application()
    app.router.add_get("/esms/cb", take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/esms/cb?k=1", got
    await runner.cleanup()


async def test_esms_takes_the_sample_and_reports(lab: Any, reports: Any) -> None:
    url, got = reports
    base = "/MainService.svc/json/"
    body = ESMS.replace('"ApiKey": "…"', f'"ApiKey": "{GIVEN["esms_api_key"]}"')
    body = body.replace('"SecretKey": "…"', f'"SecretKey": "{GIVEN["esms_secret_key"]}"')
    body = body.replace("https://dvc.example.vn/esms/cb?k=…", url)
    path = base + "SendMultipleMessage_V4_post_json/"
    said = await lab.platform("POST", path, data=body.encode(), headers=JSON)
    assert (said["CodeResult"], said["CountRegenerate"]) == ("100", 0)
    again = await lab.platform("POST", path, data=body.encode(), headers=JSON)
    assert again["CodeResult"] == "124"
    report = await asyncio.wait_for(got.get(), 5)
    assert report.keys() >= CALLBACK_KEYS
    assert (report["SMSID"], report["RequestId"], report["TypeId"]) == (said["SMSID"], "n-01HZX3", "2")
    keys = {"ApiKey": GIVEN["esms_api_key"], "SecretKey": GIVEN["esms_secret_key"]}
    status = await lab.platform("GET", base + "GetSendStatus", params={"RefId": said["SMSID"], **keys})
    assert status.keys() >= {
        *("CodeResponse", "SMSID", "SendFailed", "SendStatus", "SendSuccess"),
        *("TotalPrice", "TotalReceiver", "TotalSent"),
    }
    assert (await lab.platform("POST", base + "GetBalance_json", json=keys))["CodeResponse"] == "100"


@pytest.mark.provokes_violations
async def test_speedsms_takes_the_sample_and_refuses_in_its_shape(lab: Any) -> None:
    secret = base64.b64encode(f"{GIVEN['speedsms_access_token']}:x".encode()).decode()
    headers = {"Authorization": f"Basic {secret}", **JSON}
    body = '{"to": ["84987654321"], "content": "…", "sms_type": 2, "sender": "BRAND"}'
    said = await lab.platform("POST", "/index.php/sms/send", data=body.encode(), headers=headers)
    assert (said["status"], said["code"]) == ("success", "00")
    assert said["data"].keys() >= {"tranId", "totalSMS", "totalPrice", "invalidPhone"}
    status = await lab.platform("GET", f"/index.php/sms/status/{said['data']['tranId']}", headers=headers)
    assert status["status"] == "success"
    refused = await lab.platform("POST", "/index.php/sms/send", data=b'{"to": []}', headers=headers)
    assert refused.keys() >= {"status", "code", "message"}


# -- the vectors (14)

BODY = (
    '{"app_id":"1234567890123456789","user_id_by_app":"552177279717587730","event_name":"user_send_text",'
    '"timestamp":"1767225600000","sender":{"id":"246845883529197922"},"recipient":{"id":"388613280878808645"},'
    '"message":{"msg_id":"m-1","text":"Xin chào"}}'
).encode()


def test_the_signature_is_the_vectors() -> None:
    assert len(BODY) == 251
    mac = signature.sign("1234567890123456789", BODY, "1767225600000", "oa-secret-for-tests")
    assert mac == "0957e353ddd3da5312ba6c2f3425f64e990aa42c2606160f25742b753c034163"


def test_the_challenge_is_the_vectors() -> None:
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert pkce.challenge_of(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@pytest.mark.provokes_violations("appsecret_proof")
async def test_the_proof_is_asked_for_in_the_vectors_way(make_lab: Any) -> None:
    made = hmac.new(b"app-secret-for-tests", b"access-token-for-tests", hashlib.sha256).hexdigest()
    assert made == "7196be12396e82d498574863aab45f32c0f0c84c6d6d4038d19a0d78120bdf44"
    lab = await make_lab(require_appsecret_proof=True)
    proof = hmac.new(GIVEN["app_secret"].encode(), lab.token.encode(), hashlib.sha256).hexdigest()
    for given, code in ((proof, 0), (made, -242)):
        headers = {"access_token": lab.token, "appsecret_proof": given}
        assert (await lab.platform("GET", "/v2.0/oa/getoa", headers=headers))["error"] == code


# -- inside


def _known(text: str, lab: Any) -> str:
    for theirs, ours in lab.ids.items():
        text = text.replace(theirs, str(ours))
    return text


def _look_up(answer: Any, key: str) -> Any:
    """The value at `data.0.name`. Raises AssertionError that names the key which is missing."""
    found = answer
    for name in key.split("."):
        has_it = int(name) < len(found) if isinstance(found, list) else name in found
        assert has_it, f"{key} is missing: {answer}"
        found = found[int(name)] if isinstance(found, list) else found[name]
    return found


def _shape(value: Any) -> Any:
    """Keys and types, without values."""
    if isinstance(value, dict):
        return {key: _shape(each) for key, each in value.items()}
    return [_shape(each) for each in value] if isinstance(value, list) else type(value)


async def _upload(lab: Any, kind: str, name: str, content: bytes) -> Any:
    form = aiohttp.FormData()
    form.add_field("file", io.BytesIO(content), filename=name)
    return (await lab.platform("POST", f"/v2.0/oa/upload/{kind}", data=form))["data"]


async def _publish(lab: Any) -> str:
    """An article that is ready to be broadcast (4.6): `create` gives a token, `verify` the id."""
    cover = {"cover_type": "photo", "photo_url": "https://dvc.example.vn/a.png", "status": "show"}
    article = {"type": "normal", "title": "Lịch tiếp dân", "author": "UBND phường", "cover": cover}
    text = {"description": "Tháng ba", "body": [{"type": "text", "content": "Thứ năm"}]}
    shown = {"status": "show", "comment": "hide"}
    said = await lab.platform("POST", "/v2.0/article/create", json={**article, **text, **shown})
    await lab.control("clock", {"advance_seconds": 10})
    return str((await lab.platform("POST", "/v2.0/article/verify", json=said["data"]))["data"]["id"])


async def _make_template(lab: Any, kinds: dict[str, str]) -> str:
    """A template with these parameters, approved (6.3)."""
    rows = [{"title": f"Mục {number}", "value": f"<{name}>"} for number, name in enumerate(kinds)]
    button = {"type": 1, "title": "Xem hồ sơ", "content": "https://dvc.example.vn"}
    body = [{"TITLE": {"value": "Hồ sơ của bạn"}}, {"PARAGRAPH": {"value": "Có tin mới."}}, {"TABLE": {"rows": rows}}]
    layout = {"body": {"components": body}, "footer": {"components": [{"BUTTONS": {"items": [button]}}]}}
    params = [{"name": name, "type": kind, "sample_value": "A"} for name, kind in kinds.items()]
    wanted = {"template_name": "Tin hồ sơ", "template_type": 1, "tag": "1", "layout": layout, "params": params}
    said = await lab.platform("POST", "/template/create", json={**wanted, "tracking_id": "t-1"})
    number = str(said["data"]["template_id"])
    await lab.control(f"templates/{number}", {"status": "ENABLE", "quality": "HIGH"})
    return number
