"""Templates by user id, what came before them, and groups (docs: zalo 4.1, 4.4, 4.5)."""

from typing import Any

import pytest

from emulator import credentials
from emulator.templates import load_templates

TEMPLATE = next(each for each in credentials()["templates"] if each["name"] == "submitted")
DATA = {param["name"]: f"giá trị {param['name']}"[:20] for param in TEMPLATE["params"]}
DAY = "2026-03-05T10:00:00+07:00"
MISSING = object()


async def person(lab: Any, phone: str = "0905123456") -> str:
    return str((await lab.control("phones", {"phone": phone}))["user_id"])


async def at(lab: Any, moment: str) -> None:
    await lab.control("clock", {"now": moment})
    pair = (await lab.see("credentials"))["current"]
    lab.token = (await lab.refresh(pair["refresh_token"]))["access_token"]


async def send(lab: Any, to: str, **changes: Any) -> Any:
    whole = {"user_id": to, "template_id": TEMPLATE["template_id"], "template_data": DATA, **changes}
    body = {name: value for name, value in whole.items() if value is not MISSING}
    return await lab.platform("POST", "/v3.0/oa/message/template", json=body)


async def test_a_template_reaches_a_user_who_never_spoke(lab: Any) -> None:
    user = await person(lab)
    answer = await send(lab, user)
    assert answer["error"] == 0
    assert answer["data"]["user_id"] == user
    (message,) = await lab.see("messages?channel=oa")
    assert message["template_id"] == TEMPLATE["template_id"]
    assert message["card"]["rows"][0]["value"] == DATA["ma_ho_so"]
    (echo,) = await lab.receiver.wait("oa_send_template")
    assert DATA["ma_ho_so"] in echo["message"]["attachments"][0]["payload"]["text"]
    (received,) = await lab.receiver.wait("user_received_message")
    assert received["recipient"] == {"id": user}
    assert received["message"] == {"msg_id": answer["data"]["message_id"]}
    assert await lab.see("violations") == []


@pytest.mark.provokes_violations
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"user_id": MISSING}, -201),
        ({"user_id": "1"}, -201),
        ({"template_id": "999"}, -201),
        ({"template_id": MISSING}, -201),
        ({"template_data": MISSING}, -201),
        ({"template_data": {**DATA, "khac": "x"}}, -201),
        ({"template_data": {**DATA, "ma_ho_so": 5}}, -201),
        ({"template_data": {name: value for name, value in DATA.items() if name != "don_vi"}}, -201),
        ({"template_data": {**DATA, "ma_ho_so": "x" * 41}}, -210),
    ],
)
async def test_a_template_that_breaks_a_rule_is_refused_with_its_code(lab: Any, changes: Any, code: int) -> None:
    assert (await send(lab, await person(lab), **changes))["error"] == code
    assert (await lab.see("violations"))[0]["code"] == code


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ({"zalo": False}, -222),
        ({"inactive": True}, -222),
        ({"blocked": True}, -227),
        ({"refuses_templates": True}, -244),
    ],
)
async def test_who_cannot_be_reached_has_a_code(lab: Any, state: Any, code: int) -> None:
    user = await person(lab)
    await lab.control("phones/0905123456/state", state)
    assert (await send(lab, user))["error"] == code
    assert await lab.see("violations") == []


@pytest.mark.provokes_violations("template_id")
async def test_a_template_for_phones_only_cannot_go_to_a_user(lab: Any) -> None:
    kinds = {each.kind: each for each in load_templates().values()}
    for kind in ("otp", "journey"):
        template = kinds[kind]
        data = {name: param.example() for name, param in template.params.items()}
        answer = await send(lab, await person(lab), template_id=template.template_id, template_data=data)
        assert answer["error"] == -249


async def test_templates_by_user_use_the_days_quota(make_lab: Any) -> None:
    lab = await make_lab(daily_quota=1)
    user = await person(lab)
    assert (await send(lab, user))["error"] == 0
    assert (await send(lab, user))["error"] == -211


@pytest.mark.provokes_violations("unknown_field")
async def test_a_tracking_id_is_remarked_unless_the_settings_know_it(make_lab: Any) -> None:
    lab = await make_lab()
    assert (await send(lab, await person(lab), tracking_id="n-1"))["error"] == 0
    assert [each["rule"] for each in await lab.see("violations")] == ["unknown_field"]
    knowing = await make_lab(uid_tracking_id=True)
    assert (await send(knowing, await person(knowing), tracking_id="n-1"))["error"] == 0
    assert (await knowing.see("messages?channel=oa"))[0]["tracking_id"] == "n-1"
    assert await knowing.see("violations") == []


def card(template_type: str, **changes: Any) -> dict[str, Any]:
    payload = {
        "template_type": template_type,
        "language": "VI",
        "elements": [
            {"type": "banner", "image_url": "https://dvc.example.vn/banner.png"},
            {"type": "header", "content": "Trạng thái hồ sơ", "align": "left"},
            {"type": "text", "content": "Hồ sơ đã được tiếp nhận"},
            {"type": "table", "content": [{"key": "Mã hồ sơ", "value": "H29-1", "style": "green"}]},
        ],
        "buttons": [{"title": "Xem", "type": "oa.query.hide", "payload": "#xem", "image_icon": ""}],
        **changes,
    }
    return {"attachment": {"type": "template", "payload": payload}}


async def send_card(lab: Any, kind: str, user_id: str, message: Any) -> Any:
    body = {"recipient": {"user_id": user_id}, "message": message}
    return await lab.platform("POST", f"/v3.0/oa/message/{kind}", json=body)


@pytest.mark.provokes_violations("retired")
async def test_transactions_and_promotions_are_discontinued(lab: Any) -> None:
    user = await person(lab)
    for kind in ("transaction", "promotion"):
        assert (await send_card(lab, kind, user, card("transaction_order")))["error"] == -233
    assert {each["rule"] for each in await lab.see("violations")} == {"retired"}


async def test_a_transaction_arrives_as_a_card_where_it_still_works(make_lab: Any) -> None:
    lab = await make_lab(discontinue_by_uid=False, package_replies=1)
    user = await person(lab)
    answer = await send_card(lab, "transaction", user, card("transaction_order"))
    assert answer["error"] == 0
    assert answer["data"]["quota"]["quota_type"] == "sub_quota"
    (message,) = await lab.see("messages?channel=oa")
    assert message["card"]["rows"] == [{"label": "Mã hồ sơ", "value": "H29-1"}]
    assert message["content"]["image_url"] == "https://dvc.example.vn/banner.png"
    await lab.receiver.wait("oa_send_template")
    assert (await send_card(lab, "transaction", user, card("transaction_order")))["error"] == -211
    assert await lab.see("violations") == []


@pytest.mark.provokes_violations("attachment_id", "template_type")
async def test_each_refusal_of_a_promotion_has_its_code(make_lab: Any) -> None:
    lab = await make_lab(discontinue_by_uid=False)
    await at(lab, DAY)
    user = await person(lab)
    assert (await send_card(lab, "promotion", user, card("transaction_order")))["error"] == -233
    assert (await send_card(lab, "promotion", user, card("promotion")))["error"] == -213
    await lab.control("phones/0905123456/state", {"follows": True})
    assert (await send_card(lab, "promotion", user, card("promotion")))["error"] == 0
    assert (await send_card(lab, "promotion", user, card("promotion")))["error"] == -218
    await lab.control("phones/0905123456/state", {"refuses_templates": True})
    assert (await send_card(lab, "promotion", user, card("promotion")))["error"] == -244
    unknown = card("promotion", elements=[{"type": "banner", "attachment_id": "unknown"}])
    assert (await send_card(lab, "promotion", user, unknown))["error"] == -201
    await at(lab, "2026-03-05T23:00:00+07:00")
    assert (await send_card(lab, "promotion", user, card("promotion")))["error"] == -234


async def to_group(lab: Any, group_id: str, **message: Any) -> Any:
    body = {"recipient": {"group_id": group_id}, "message": message}
    return await lab.platform("POST", "/v3.0/oa/group/message", json=body)


async def test_a_group_needs_a_package(lab: Any) -> None:
    assert (await to_group(lab, "g", text="Chào"))["error"] == -224


async def test_a_group_of_the_package_is_written_to(make_lab: Any) -> None:
    lab = await make_lab(groups=True)
    group = await lab.control("groups", {"name": "Tổ 3", "phones": ["0905123456"]})
    (event,) = await lab.receiver.wait("create_group")
    assert (event["group_id"], event["users"]) == (group["group_id"], [{"id": group["user_ids"][0]}])
    answer = await to_group(lab, group["group_id"], text="Chào tổ")
    assert answer["error"] == 0
    (message,) = await lab.see(f"messages?user_id={group['group_id']}")
    assert message["text"] == "Chào tổ"
    (echo,) = await lab.receiver.wait("oa_send_group_text")
    assert (echo["group_id"], echo["message"]["text"]) == (group["group_id"], "Chào tổ")
    assert await lab.see("groups") == [group]
    assert await lab.see("violations") == []


@pytest.mark.provokes_violations("group", "group_id", "text")
async def test_each_refusal_of_a_message_to_a_group_has_its_code(make_lab: Any) -> None:
    lab = await make_lab(groups=True)
    assert (await to_group(lab, "unknown", text="x"))["error"] == -201
    for changes, code in (({"is_disabled": True}, -237), ({"has_account": False}, -403)):
        group = await lab.control("groups", changes)
        assert (await to_group(lab, group["group_id"], text="x"))["error"] == code
    group = await lab.control("groups", {})
    info = {"type": "template", "payload": {"template_type": "request_user_info", "elements": [
        {"title": "T", "subtitle": "S", "image_url": "https://dvc.example.vn/a.png"}]}}  # fmt: skip
    assert (await to_group(lab, group["group_id"], attachment=info))["error"] == -233
    assert (await to_group(lab, group["group_id"], text="x" * 2001))["error"] == -210


@pytest.mark.parametrize(
    "body",
    [{"name": 5}, {"group_id": ""}, {"phones": "0905123456"}, {"phones": ["x"]}, {"is_disabled": 1}, {"owner": 1}],
)
async def test_a_group_that_cannot_be_understood_is_not_made(lab: Any, body: Any) -> None:
    await lab.control("groups", body, status=400)
    assert await lab.see("groups") == []
