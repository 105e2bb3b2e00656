import json
from typing import Any

import pytest

from emulator.config import EmulatorConfig
from emulator.errors import Refused
from emulator.oa.rules import FREE_WINDOW_MS, WINDOW_MS, charge, check_consultation, check_window
from emulator.phones import Phone, PhoneBook, normalise_phone
from emulator.template_rules import check_template_send
from emulator.templates import load_templates

CONFIG = EmulatorConfig()
TEMPLATES = load_templates()
DATA = dict.fromkeys(TEMPLATES["400101"].params, "Việc")
MISSING = object()


def body(**changes: Any) -> bytes:
    whole = {"phone": "84987654321", "template_id": "400101", "template_data": DATA, "tracking_id": "n-1", **changes}
    return json.dumps({name: value for name, value in whole.items() if value is not MISSING}).encode()


def data(**changes: Any) -> dict[str, Any]:
    return {name: value for name, value in {**DATA, **changes}.items() if value is not MISSING}


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", -121),
        (b"  ", -121),
        (b"{", -122),
        (b'"\\ud800"', -122),
        (b"[" * 100_000, -122),
        (b"\xff\xfe", -122),
        ('{"phone": "x"}'.encode("utf-16"), -122),
        (b"1" * 10_000, -122),
        (b"[]", -153),
        (body(phone=MISSING), -108),
        (body(phone="0987654321"), -108),
        (body(phone="842363123456"), -108),
        (body(phone="84987654321\n"), -108),
        (body(phone="++84987654321"), -108),
        (body(phone=84987654321), -108),
        (body(template_id="999"), -109),
        (body(template_id=MISSING), -109),
        (body(template_id=["400101"]), -109),
        (body(template_id=True), -109),
        (body(sending_mode="3"), -162),
        (body(sending_mode="2"), -161),
        (body(mode="test"), -132),
        (body(tracking_id="x" * 49), -132),
        (body(tracking_id=7), -132),
        (body(template_data=MISSING), -111),
        (body(template_data={}), -111),
        (body(template_data="x"), -112),
        (body(template_data=data(ma_ho_so=5)), -112),
        (body(template_data=data(khac="x")), -112),
        (body(template_data=data(ma_ho_so=" ")), -111),
        (body(template_data=data(ma_ho_so=MISSING)), -1122),
        (body(template_data=data(ma_ho_so="x" * 41)), -1121),
    ],
)
def test_a_template_send_that_breaks_a_rule_is_refused_with_its_code(raw: bytes, code: int) -> None:
    with pytest.raises(Refused) as refused:
        check_template_send(raw, CONFIG, TEMPLATES)
    assert refused.value.code == code
    assert refused.value.rule


@pytest.mark.parametrize(
    ("raw", "rule"),
    [
        (body(tracking_id=MISSING), "tracking_id"),
        (body(tracking_id="có dấu"), "tracking_id"),
        (body(extra=1), "unknown_field"),
        (body(template_id=400101), "template_id_type"),
    ],
)
def test_a_send_that_is_let_through_may_still_break_a_rule(raw: bytes, rule: str) -> None:
    assert [remark[0] for remark in check_template_send(raw, CONFIG, TEMPLATES).remarks] == [rule]


def test_length_counts_code_points_after_nfc() -> None:
    decomposed = "e\u0323\u0302" * 40
    assert check_template_send(body(template_data=data(ma_ho_so=decomposed)), CONFIG, TEMPLATES).remarks == []


def test_a_plus_before_the_phone_is_accepted_by_setting_only() -> None:
    raw = body(phone="+84987654321")
    assert check_template_send(raw, CONFIG, TEMPLATES).phone == "84987654321"
    with pytest.raises(Refused):
        check_template_send(raw, EmulatorConfig(allow_plus_phone=False), TEMPLATES)


def test_every_template_shows_each_of_its_parameters_and_keeps_the_layout_limits() -> None:
    assert [template.name for template in TEMPLATES.values()] == [
        "submitted", "accepted", "refused", "supplement", "finished", "withdrawn", "payment", "stopped", "returned",
    ]  # fmt: skip
    for template in TEMPLATES.values():
        text = template.render({name: f"«{name}»" for name in template.params})
        assert all(f"«{name}»" in text for name in template.params)
        assert "<" not in text
        assert 9 <= len(template.title) <= 65
        assert 9 <= len(template.body) <= 400
        assert 2 <= len(template.rows) <= 8


def test_text_in_a_parameter_is_never_taken_for_a_placeholder() -> None:
    filled = {**DATA, "ma_ho_so": "<don_vi>", "don_vi": "SECRET"}
    assert "Mã hồ sơ: <don_vi>" in TEMPLATES["400101"].render(filled)


@pytest.mark.parametrize("written", ["0905123456", "84905123456", "+84905123456", "0905 123 456", "+84 (905) 123-456"])
def test_a_phone_may_be_written_in_any_form(written: str) -> None:
    assert normalise_phone(written) == "84905123456"


@pytest.mark.parametrize("written", ["", "02363123456", "12345", "84", "٠٩٠٥١٢٣٤٥٦", "09051234567"])
def test_what_is_no_mobile_is_none(written: str) -> None:
    assert normalise_phone(written) is None


def test_phones_that_nobody_registered_are_forgotten_beyond_the_limit() -> None:
    book = PhoneBook(max_unregistered=2)
    kept = book.register("84900000000")
    for number in range(84900000001, 84900000005):
        book.find_or_create(str(number))
    assert [phone.phone for phone in book.all()] == ["84900000000", "84900000003", "84900000004"]
    assert book.by_user(kept.user_id) is kept
    assert book.find_or_create("84900000001").user_id.isdecimal()


def cs(**changes: Any) -> bytes:
    whole = {"recipient": {"user_id": "1"}, "message": {"text": "Xin chào"}, **changes}
    return json.dumps(whole).encode()


def with_buttons(*buttons: Any) -> bytes:
    payload = {"buttons": list(buttons)}
    return cs(message={"text": "Chọn", "attachment": {"type": "template", "payload": payload}})


QUERY = {"title": "Xem", "type": "oa.query.show", "payload": "#xem"}


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", -201),
        (b"[]", -201),
        (cs(recipient={}), -201),
        (cs(recipient={"user_id": 1}), -201),
        (cs(message="x"), -201),
        (cs(message={}), -201),
        (cs(message={"text": " "}), -201),
        (cs(message={"text": "x" * 2001}), -210),
        (cs(message={"text": "x", "attachment": {"type": "image", "payload": {}}}), -201),
        (cs(message={"text": "x", "attachment": {"type": "template", "payload": {"template_type": "media"}}}), -233),
        (cs(message={"attachment": {"type": "file", "payload": {"token": "x"}}}), -233),
        (with_buttons(), -201),
        (with_buttons(*[QUERY] * 6), -210),
        (with_buttons({**QUERY, "title": "x" * 101}), -210),
        (with_buttons({**QUERY, "title": None}), -201),
        (with_buttons({**QUERY, "type": "oa.query.other"}), -201),
        (with_buttons({**QUERY, "payload": "x" * 1001}), -201),
        (with_buttons({"title": "Mở", "type": "oa.open.url", "payload": "https://x.vn"}), -201),
        (with_buttons({"title": "Gọi", "type": "oa.open.phone", "payload": {}}), -201),
        (
            with_buttons(
                {"title": "SMS", "type": "oa.open.sms", "payload": {"content": "x" * 161, "phone_code": "84"}}
            ),
            -201,
        ),
    ],
)
def test_a_consultation_message_that_breaks_a_rule_is_refused_with_its_code(raw: bytes, code: int) -> None:
    with pytest.raises(Refused) as refused:
        check_consultation(raw)
    assert refused.value.code == code


def test_every_kind_of_button_passes() -> None:
    buttons = [
        QUERY,
        {**QUERY, "type": "oa.query.hide"},
        {"title": "Mở", "type": "oa.open.url", "payload": {"url": "https://dvc.example.vn"}},
        {"title": "Gọi", "type": "oa.open.phone", "payload": {"phone_code": "84281022"}},
        {"title": "Nhắn", "type": "oa.open.sms", "payload": {"content": "HS", "phone_code": "84281022"}},
    ]
    assert list(check_consultation(with_buttons(*buttons)).buttons) == buttons


def test_the_window_is_free_for_48_hours_and_closes_after_seven_days() -> None:
    phone = Phone(phone="84900000000", user_id="1")
    with pytest.raises(Refused, match="-232"):
        check_window(phone, 10**12)
    phone.interact(10**12)
    assert check_window(phone, 10**12 + FREE_WINDOW_MS)
    assert not check_window(phone, 10**12 + FREE_WINDOW_MS + 1)
    with pytest.raises(Refused, match="-230"):
        check_window(phone, 10**12 + WINDOW_MS + 1)


def test_free_replies_come_first_then_the_package_then_nothing() -> None:
    phone = Phone(phone="84900000000", user_id="1")
    config = EmulatorConfig(free_replies_per_window=1, package_replies=1)
    assert charge(phone, True, 1, config) == {"quota_type": "reply", "remain": "0", "total": "1"}
    assert charge(phone, True, 1, config) == {"quota_type": "sub_quota", "remain": "0", "total": "1"}
    with pytest.raises(Refused, match="-211"):
        charge(phone, True, 0, config)
