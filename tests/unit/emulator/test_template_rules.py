import json
from dataclasses import replace
from typing import Any

import pytest

from emulator.config import EmulatorConfig
from emulator.errors import Refused
from emulator.phones import PhoneBook
from emulator.template_rules import Way, check_data, check_template_send
from emulator.templates import Button, Param, Template, load_templates, parse_template
from emulator.zbs.kinds import BY_NUMBER, KINDS
from emulator.zbs.phone_hashes import PhoneHashes, hash_phone, is_hash

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
        (body(template_id="401004"), -131),
        (body(sending_mode="3"), -162),
        (body(sending_mode="2"), -161),
        (body(sending_mode=1), -161),
        (body(sending_mode="3", template_id="401003"), -161),
        (body(mode="test"), -132),
        (body(tracking_id="x" * 49), -132),
        (body(tracking_id=7), -132),
        (body(template_data=MISSING), -111),
        (body(template_data={}), -111),
        (body(template_data="x"), -112),
        (body(template_data=data(ma_ho_so=5)), -112),
        (body(template_data=data(ma_ho_so=None)), -112),
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
        "digest", "code", "apology", "announcement", "otp", "rating", "promotion", "rejected", "disabled", "journey",
    ]  # fmt: skip
    for template in TEMPLATES.values():
        text = template.render({name: f"«{name}»" for name in template.params})
        assert all(f"«{name}»" in text for name in template.params)
        assert "<" not in text
        assert 9 <= len(template.title) <= 65
        assert 9 <= len(template.body) <= 400
        assert not template.rows or 2 <= len(template.rows) <= 8


def test_text_in_a_parameter_is_never_taken_for_a_placeholder() -> None:
    filled = {**DATA, "ma_ho_so": "<don_vi>", "don_vi": "SECRET"}
    assert "Mã hồ sơ: <don_vi>" in TEMPLATES["400101"].render(filled)


def code_of(raw: bytes, config: EmulatorConfig = CONFIG, template: Template | None = None) -> int | None:
    """The code that a send is refused with, None when it passes."""
    known = {**TEMPLATES, template.template_id: template} if template else TEMPLATES
    try:
        check_template_send(raw, config, known)
    except Refused as refused:
        return refused.code
    return None


def test_a_template_disabled_for_its_quality_is_no_fault_of_the_request() -> None:
    with pytest.raises(Refused) as refused:
        check_template_send(body(template_id="401005"), CONFIG, TEMPLATES)
    assert (refused.value.code, refused.value.rule) == (-146, None)


@pytest.mark.parametrize(
    ("status", "code"), [("ENABLE", None), ("PENDING_REVIEW", -131), ("REJECT", -131), ("DISABLE", -146)]
)
def test_only_an_enabled_template_may_be_sent(status: str, code: int | None) -> None:
    assert code_of(body(), template=replace(TEMPLATES["400101"], status=status)) == code


def test_a_template_with_a_tag_that_the_account_may_not_send_is_refused() -> None:
    assert code_of(body(), EmulatorConfig(template_tags=("CUSTOMER_CARE",))) == -145


def test_a_whitelisted_account_may_send_promotions_over_its_quota() -> None:
    promotion = {"han": "31/12/2026", "noi_dung": "Cấp bản sao trích lục"}
    raw = body(template_id="401003", template_data=promotion, sending_mode="3")
    assert code_of(raw) == -161
    assert check_template_send(raw, EmulatorConfig(over_quota_allowed=True), TEMPLATES).is_over_quota
    assert code_of(body(sending_mode="3"), EmulatorConfig(over_quota_allowed=True)) == -162


def of_kind(kind: str, **more: Any) -> Template:
    param = Param(name="x", max_chars=BY_NUMBER[1].max_chars, kind=kind, **more)
    return replace(TEMPLATES["400101"], params={"x": param})


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("date", ["01/01/2026", "1-1-2026", "08:30 01/01/2026", "01/01/2026 08:30:00"], ["hôm nay", "2026/13/01"]),
        ("phone", ["84987654321", "19001009", "+84987654321"], ["0987 654 321", "số máy"]),
        ("url", ["https://dvc.example.vn/hs?x=1", "ho-so?ma=H29"], ["có dấu cách", "ftp://x y"]),
        ("currency", ["8000", "8.000", "8,000.50"], ["8000 đồng", "miễn phí"]),
        ("person_name", ["Nguyễn Văn A", "???"], []),
    ],
)
def test_a_value_has_the_format_of_its_kind(kind: str, good: list[str], bad: list[str]) -> None:
    template = of_kind(kind)
    for value in good:
        assert check_data({"x": value}, template) == {"x": value}
    for value in bad:
        with pytest.raises(Refused, match="-1124"):
            check_data({"x": value}, template)
        assert check_data({"x": value}, template, has_format_check=False) == {"x": value}
        assert code_of(body(template_data={"x": value}), EmulatorConfig(template_format_check=False), template) is None


def test_a_parameter_may_be_optional_or_null_where_the_template_says_so() -> None:
    optional, nullable = of_kind("code", required=False), of_kind("code", accepts_null=True)
    assert check_data({"x": ""}, nullable) == {"x": ""}
    assert check_data({"x": None}, nullable) == {"x": None}
    for template, value, code in (
        (optional, {"x": None}, -112),
        (nullable, {"x": 7}, -112),
        (nullable, {"y": ""}, -1122),
    ):
        with pytest.raises(Refused, match=str(code)):
            check_data(value, template)
    two = replace(optional, params={**optional.params, "y": Param(name="y", max_chars=5)})
    assert check_data({"y": "1"}, two) == {"y": "1"}


def test_a_value_shorter_than_its_minimum_has_a_wrong_format() -> None:
    with pytest.raises(Refused, match="-1124"):
        check_data({"x": "1"}, of_kind("code", min_chars=2))


def test_the_fifteen_kinds_are_those_of_the_fact_sheet() -> None:
    assert [kind.max_chars for kind in KINDS] == [30, 15, 200, 30, 30, 30, 50, 5, 200, 20, 20, 10, 200, 12, 90]
    for kind in KINDS:
        assert len(kind.sample) <= kind.max_chars
        assert kind.is_well_formed is None or kind.is_well_formed(kind.sample)


def test_the_example_of_every_template_passes_its_own_check() -> None:
    for template in TEMPLATES.values():
        check_data({name: param.example() for name, param in template.params.items()}, template)


def test_a_template_survives_being_written_and_read() -> None:
    for template in TEMPLATES.values():
        assert parse_template(json.loads(json.dumps(template.to_json()))) == template


def test_prices_follow_the_kind_the_buttons_and_the_picture() -> None:
    plain = TEMPLATES["400101"]
    two = (Button(1, "Xem hồ sơ", "https://dvc.example.vn"),) * 2
    assert [TEMPLATES[number].price_vnd for number in ("400101", "401001", "401002")] == [200, 300, 200]
    assert replace(plain, buttons=two).price_vnd == 300
    assert replace(plain, image_path="/x").price_vnd == 400
    assert plain.price_uid_vnd < plain.price_vnd


def test_buttons_of_a_card_are_written_as_in_messages_of_the_account() -> None:
    buttons = (Button(1, "Xem hồ sơ", "https://x.vn/<ma>"), Button(2, "Gọi điện", "1900"), Button(10, "Đồng ý", ""))
    card = replace(TEMPLATES["400101"], buttons=buttons).card({"ma": "H29"})
    assert card["buttons"] == [
        {"title": "Xem hồ sơ", "type": "oa.open.url", "payload": {"url": "https://x.vn/H29"}},
        {"title": "Gọi điện", "type": "oa.open.phone", "payload": {"phone_code": "1900"}},
        {"title": "Đồng ý", "type": "response", "payload": "Đồng ý"},
    ]


def test_the_hash_of_a_phone_is_that_of_the_fact_sheet() -> None:
    vector = "116ce31ae9170769b075a11dedca1198f41d30318334919fb90917e9c617b438"
    assert hash_phone("84987654321") == vector
    assert is_hash(vector)
    assert not is_hash(vector.upper())
    assert not is_hash(vector[:-1])


def test_only_phones_that_were_met_are_found_by_their_hash() -> None:
    book = PhoneBook(max_unregistered=10)
    hashes = PhoneHashes(book)
    assert hashes.find(hash_phone("84987654321")) is None
    book.find_or_create("84987654321")
    assert hashes.find(hash_phone("84987654321")) == "84987654321"
    for other in ("+84987654321", "0987654321"):
        with pytest.raises(ValueError, match="another way"):
            hashes.find(hash_phone(other))
    assert hashes.find(hash_phone("84987654322")) is None
    for number in range(84987654322, 84987654340):  # more than are remembered; those met later are found all the same
        book.find_or_create(str(number))
        assert hashes.find(hash_phone(str(number))) == str(number)
    book.find_or_create("84987654300")
    book.find_or_create("84987654321")
    assert hashes.find(hash_phone("84987654300")) == "84987654300"


def test_another_way_to_name_the_recipient_has_its_own_field() -> None:
    way = Way("hash_phone", lambda value: "84987654321" if value == "x" else "")
    send = check_template_send(body(phone=MISSING, hash_phone="x"), CONFIG, TEMPLATES, way)
    assert (send.phone, send.recipient, send.remarks) == ("84987654321", "x", [])
    assert [rule for rule, _ in check_template_send(body(), CONFIG, TEMPLATES, way).remarks] == ["unknown_field"]
