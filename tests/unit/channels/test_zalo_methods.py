"""Each of Zalo's requests is what the sheet says, and each answer is read with tolerance (docs: zalo 1, 4, 5, 6)."""

from __future__ import annotations

import email
import email.policy
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from channels.content import Upload
from channels.errors import OutcomeUnknown
from channels.zalo import methods
from channels.zalo.attachments import FileAttachment, MediaAttachment
from channels.zalo.calls import build_api_request, read_result
from channels.zalo.config import ZaloConfig
from channels.zalo.error_codes import OA, TEMPLATE_BY_USER, ZBS
from channels.zalo.methods import ApiMethod
from channels.zalo.methods.base import encode_multipart
from channels.zalo.types import SendStatus

CONFIG = ZaloConfig(app_id="123", app_secret=SecretStr("app-secret-for-tests"))
TOKEN = SecretStr("access-token-for-tests")
OA_HOST, TEMPLATE_HOST = "https://openapi.zalo.me", "https://business.openapi.zalo.me"
PNG = Upload(name="biên nhận.png", media_type="image/png", content=b"\x89PNG\r\n--hoso\r\n\x00")
STICKER = MediaAttachment(media_type="sticker", attachment_id="s1")

POSTS: list[tuple[ApiMethod[Any], str, dict[str, Any]]] = [
    (
        methods.SendConsultation(user_id="5", text="chào", quote_message_id="m1"),
        "/v3.0/oa/message/cs",
        {"recipient": {"user_id": "5"}, "message": {"text": "chào", "quote_message_id": "m1"}},
    ),
    (
        methods.SendAnonymous(anonymous_id="a", conversation_id="c", attachment=STICKER),
        "/v2.0/oa/message",
        {
            "recipient": {"anonymous_id": "a", "conversation_id": "c"},
            "message": {"attachment": STICKER.to_wire()},
        },
    ),
    (
        methods.SendAnonymousFile(anonymous_id="a", conversation_id="c", attachment=FileAttachment(token="T")),
        "/v3.0/oa/message/cs",
        {
            "recipient": {"anonymous_id": "a", "conversation_id": "c"},
            "message": {"attachment": {"type": "file", "payload": {"token": "T"}}},
        },
    ),
    (
        methods.React(user_id="5", message_id="96d3", icon="/-strong"),
        "/v2.0/oa/message",
        {
            "recipient": {"user_id": "5"},
            "sender_action": {"react_icon": "/-strong", "react_message_id": "96d3"},
        },
    ),
    (
        methods.BroadcastArticle(article_id="A", ages=3, gender=1, locations=2, cities=4, platform=1),
        "/v2.0/oa/message",
        {
            "recipient": {"target": {"ages": 3, "gender": 1, "locations": 2, "cities": 4, "platform": 1}},
            "message": {
                "attachment": {
                    "type": "template",
                    "payload": {
                        "template_type": "media",
                        "elements": [{"media_type": "article", "attachment_id": "A"}],
                    },
                }
            },
        },
    ),
    (
        methods.SendTemplateByUser(user_id="5", template_id="523194", template_data={"a": "b"}),
        "/v3.0/oa/message/template",
        {"user_id": "5", "template_id": "523194", "template_data": {"a": "b"}},
    ),
    (
        methods.SendTemplateHashed(
            hash_phone=SecretStr("116c"), template_id="1", template_data={"a": "b"}, tracking_id="n", sending_mode="3"
        ),
        "/message/template/hashphone",
        {
            "hash_phone": "116c",
            "template_id": "1",
            "template_data": {"a": "b"},
            "tracking_id": "n",
            "sending_mode": "3",
        },
    ),
    (methods.QuotaOfUser(user_id="5"), "/v3.0/oa/quota/message", {"user_id": "5"}),
    (
        methods.QuotaOfAccount(product_type="cs"),
        "/v3.0/oa/quota/message",
        {"quota_owner": "OA", "product_type": "cs"},
    ),
    (
        methods.UpdateUser(user_id="5", alias="A", phone=SecretStr("84905")),
        "/v3.0/oa/user/update",
        {"user_id": "5", "alias": "A", "shared_info": {"phone": "84905"}},
    ),
    (methods.TagUser(user_id="5", tag_name="t"), "/v2.0/oa/tag/tagfollower", {"user_id": "5", "tag_name": "t"}),
    (
        methods.UntagUser(user_id="5", tag_name="t"),
        "/v2.0/oa/tag/rmfollowerfromtag",
        {"user_id": "5", "tag_name": "t"},
    ),
    (methods.RemoveTag(tag_name="t"), "/v2.0/oa/tag/rmtag", {"tag_name": "t"}),
    (methods.CreateArticle(fields={"title": "x"}), "/v2.0/article/create", {"title": "x"}),
    (methods.UpdateArticle(fields={"id": "1"}), "/v2.0/article/update", {"id": "1"}),
    (methods.VerifyArticle(token="T"), "/v2.0/article/verify", {"token": "T"}),
    (methods.RemoveArticle(article_id="1"), "/v2.0/article/remove", {"id": "1"}),
]

QUERIES: list[tuple[ApiMethod[Any], str, dict[str, str]]] = [
    (methods.GetOa(), f"{OA_HOST}/v2.0/oa/getoa", {}),
    (methods.ListTags(), f"{OA_HOST}/v2.0/oa/tag/gettagsofoa", {}),
    (methods.GetUser(user_id="5"), f"{OA_HOST}/v3.0/oa/user/detail", {"data": '{"user_id":"5"}'}),
    (
        methods.ListUsers(offset=50, is_follower=True),
        f"{OA_HOST}/v3.0/oa/user/getlist",
        {"data": '{"offset":50,"count":50,"is_follower":true}'},
    ),
    (methods.RecentChat(), f"{OA_HOST}/v2.0/oa/listrecentchat", {"data": '{"offset":0,"count":10}'}),
    (
        methods.Conversation(user_id="5"),
        f"{OA_HOST}/v2.0/oa/conversation",
        {"data": '{"user_id":"5","offset":0,"count":10}'},
    ),
    (
        methods.ListArticles(),
        f"{OA_HOST}/v2.0/article/getslice",
        {"offset": "0", "limit": "10", "type": "normal"},
    ),
    (methods.GetArticle(article_id="1"), f"{OA_HOST}/v2.0/article/getdetail", {"id": "1"}),
    (methods.MessageStatus(message_id="m"), f"{TEMPLATE_HOST}/message/status", {"message_id": "m"}),
    (methods.TemplateQuota(), f"{TEMPLATE_HOST}/message/quota", {}),
    (methods.Quality(), f"{TEMPLATE_HOST}/quality", {}),
    (methods.TemplateSample(template_id="1"), f"{TEMPLATE_HOST}/template/sample-data", {"template_id": "1"}),
    (
        methods.ListTemplates(offset=100, status=methods.TemplateStatus.REJECT),
        f"{TEMPLATE_HOST}/template/all",
        {"offset": "100", "limit": "100", "status": "3"},
    ),
    (
        methods.Ratings(template_id="1", from_ms=1, to_ms=2),
        f"{TEMPLATE_HOST}/rating/get",
        {"template_id": "1", "from_time": "1", "to_time": "2", "offset": "0", "limit": "100"},
    ),
]


@pytest.mark.parametrize(("method", "path", "body"), POSTS, ids=lambda value: getattr(value, "label", ""))
def test_a_post_is_the_documented_json(method: ApiMethod[Any], path: str, body: dict[str, Any]) -> None:
    request = build_api_request(CONFIG, method, TOKEN)
    host = TEMPLATE_HOST if path.startswith("/message") else OA_HOST
    assert (request.method, request.url, dict(request.query)) == ("POST", host + path, {})
    assert request.headers["Content-Type"] == "application/json"
    assert json.loads(request.body or b"") == body


@pytest.mark.parametrize(("method", "url", "query"), QUERIES, ids=lambda value: getattr(value, "label", ""))
def test_a_get_is_the_documented_query(method: ApiMethod[Any], url: str, query: dict[str, str]) -> None:
    request = build_api_request(CONFIG, method, TOKEN)
    assert (request.method, request.url, request.query, request.body) == ("GET", url, query, None)
    assert request.headers == {"access_token": "access-token-for-tests"}


UPLOADS = [(methods.UploadImage, "image"), (methods.UploadGif, "gif"), (methods.UploadFile, "file")]


@pytest.mark.parametrize(("method", "kind"), UPLOADS)
def test_an_upload_is_a_form_with_one_named_file(method: type[Any], kind: str) -> None:
    request = build_api_request(CONFIG, method(file=PNG), TOKEN)
    assert request.url == f"{OA_HOST}/v2.0/oa/upload/{kind}"
    head = f"Content-Type: {request.headers['Content-Type']}\r\n\r\n".encode()
    form = email.message_from_bytes(head + (request.body or b""), policy=email.policy.HTTP)
    (part,) = form.iter_parts()
    assert part.get_param("name", header="content-disposition") == "file"
    assert part.get_content_type() == "image/png"
    assert part.get_payload(decode=True) == PNG.content
    assert 'filename="biên nhận.png"'.encode() in (request.body or b"")


def test_a_file_name_cannot_break_out_of_its_header() -> None:
    evil = PNG.model_copy(update={"name": 'a".png\r\nX-Evil: 1'})
    head = encode_multipart(evil, "b").split(b"\r\n\r\n")[0]
    assert head.count(b"\r\n") == 2
    assert b'filename="a%22.png%0D%0AX-Evil: 1"' in head


def test_every_request_has_a_name_of_its_own_and_says_nothing_personal() -> None:
    everything = [method for method, *_ in (*POSTS, *QUERIES)] + [method(file=PNG) for method, _ in UPLOADS]
    labels = [method.label for method in everything]
    assert len(labels) == len(set(labels))
    secrets = ("'5'", "chào", "84905", "116c", "biên nhận")
    assert not any(secret in repr(method) for method in everything for secret in secrets)


def test_every_request_knows_its_host_its_codes_and_its_result() -> None:
    for method, *_ in (*POSTS, *QUERIES):
        tables = (OA, TEMPLATE_BY_USER) if method.host == "oa" else (ZBS,)
        assert any(method.codes is table for table in tables), method.label
        assert method.result_type().__module__.startswith("channels.zalo.types"), method.label


@pytest.mark.parametrize(
    ("build", "fields"),
    [
        (methods.ListUsers, {"count": 51}),
        (methods.ListUsers, {"offset": 9952}),
        (methods.RecentChat, {"count": 11}),
        (methods.ListTemplates, {"limit": 101}),
        (methods.BroadcastArticle, {"article_id": "1", "ages": 8}),
    ],
)
def test_pages_and_numbers_beyond_the_limits_cannot_be_asked_for(build: type[Any], fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        build(**fields)


# --- Answers ----------------------------------------------------------------------------------------------------------


def read(method: ApiMethod[Any], data: Any, **more: Any) -> Any:
    return read_result(method, {"error": 0, "message": "Success", "data": data} | more)


@pytest.mark.parametrize("data", [{"attachment_id": "A"}, {"token": "A"}, {"attachment_id": "", "token": "A"}])
def test_an_upload_answers_either_name(data: dict[str, str]) -> None:
    assert read(methods.UploadImage(file=PNG), data).asset_id == "A"


@pytest.mark.parametrize("data", [{}, None, [], {"attachment_id": None}, {"token": ""}])
def test_an_upload_with_an_empty_answer_is_none(data: Any) -> None:
    with pytest.raises(OutcomeUnknown, match="unreadable"):
        read(methods.UploadFile(file=PNG), data)


def test_a_user_is_read_whatever_form_the_fields_have() -> None:
    user = read(
        methods.GetUser(user_id="5"),
        {
            "user_id": 246845883529197922,
            "user_is_follower": "true",
            "is_sensitive": None,
            "display_name": None,
            "shared_info": {"phone": 84905123456, "name": "A", "city": 7},
            "tags_and_notes_info": {"notes": None, "tag_names": ["a"]},
            "something_new": {},
        },
    )
    assert (user.user_id, user.user_is_follower, user.display_name) == ("246845883529197922", True, "")
    assert (user.shared_info.phone, user.shared_info.city) == ("84905123456", "")
    assert user.tags_and_notes_info.tag_names == ("a",)


@pytest.mark.parametrize("odd", [{"shared_info": ""}, {"shared_info": []}, {"tags_and_notes_info": 1}, {}])
def test_odd_extras_do_not_spoil_a_user(odd: dict[str, Any]) -> None:
    assert read(methods.GetUser(user_id="5"), {"user_id": "5"} | odd).user_id == "5"


def test_rows_that_cannot_be_read_are_left_out() -> None:
    rows = [{"message_id": "m1", "src": "1", "time": "1767225600000"}, {"src": 0}, None, "x"]
    (row,) = read(methods.RecentChat(), rows).rows
    assert (row.message_id, row.is_from_user, row.time) == ("m1", True, datetime(2026, 1, 1, tzinfo=UTC))
    for nothing in (None, {}, "x"):
        assert read(methods.RecentChat(), nothing).rows == ()


def test_quotas_may_be_texts_and_lists() -> None:
    of_user = read(
        methods.QuotaOfUser(user_id="5"),
        {"last_interaction": "1712765640000", "cs_reply": {"remain": "3", "total": 8}, "promotion": "none"},
    )
    assert (of_user.cs_reply.remain, of_user.cs_reply.total, of_user.promotion) == (3, 8, None)
    (asset,) = read(
        methods.QuotaOfAccount(), [{"asset_id": 7, "product_type": "cs", "total": "100", "remain": 99}]
    ).rows
    assert (asset.asset_id, asset.total, asset.remain) == ("7", 100, 99)
    daily = read(methods.TemplateQuota(), {"dailyQuota": "500", "remainingQuota": 499, "dailyQuotaPromotion": None})
    assert (daily.daily_quota, daily.remaining_quota, daily.daily_quota_promotion) == (500, 499, None)


@pytest.mark.parametrize(
    ("status", "expected"),
    [("1", SendStatus.DELIVERED), (0, SendStatus.NOT_DELIVERED), (-1, SendStatus.UNKNOWN_ID), (7, None), (None, None)],
)
def test_the_status_of_a_message(status: object, expected: SendStatus | None) -> None:
    answer = read(methods.MessageStatus(message_id="m"), {"status": status, "delivery_time": "1767225600000"})
    assert answer.status is expected


def test_templates_bring_their_total_beside_the_rows() -> None:
    page = read(methods.ListTemplates(), [{"templateId": 1, "status": "ENABLE"}], metadata={"total": "205"})
    assert (page.total, [row.template_id for row in page.templates]) == (205, ["1"])
    assert read(methods.ListTemplates(), [], metadata=None).total is None


def test_ratings_are_read() -> None:
    row = {
        "note": "tốt",
        "rate": "5",
        "submitDate": "1767225600000",
        "msgId": "m",
        "feedbacks": None,
        "trackingId": "n",
    }
    page = read(methods.Ratings(template_id="1", from_ms=1, to_ms=2), {"total": "1", "data": [row]})
    (rating,) = page.ratings
    assert (page.total, rating.rate, rating.tracking_id, rating.feedbacks) == (1, 5, "n", ())
    assert "tốt" not in repr(rating)


def test_a_description_with_an_odd_parameter_is_not_believed() -> None:
    """With that one left out, a right message would be refused for an undefined parameter."""
    with pytest.raises(OutcomeUnknown, match="unreadable"):
        read(methods.TemplateInfo(template_id="1"), {"templateId": 1, "listParams": [{"name": "a"}, {"nom": "b"}]})
    assert read(methods.TemplateInfo(template_id="1"), {"templateId": 1, "listParams": None}).list_params == ()
