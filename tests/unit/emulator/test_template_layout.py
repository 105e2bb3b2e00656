from typing import Any

import pytest

from emulator.errors import Refused
from emulator.templates import Button
from emulator.zbs.layout import as_whole, is_param_name, only_params, read_layout

TITLE = {"TITLE": {"value": "Hồ sơ của <ten> đã xong"}}
PARAGRAPH = {"PARAGRAPH": {"value": "Mời Ông/Bà đến nhận kết quả."}}
ROW = {"title": "Mã hồ sơ", "value": "<ma>"}
BUTTON = {"type": 1, "title": "Xem hồ sơ", "content": "https://dvc.example.vn/<ma>"}


def layout(*body: Any, buttons: Any = None, header: Any = None) -> dict[str, Any]:
    made: dict[str, Any] = {"body": {"components": list(body) or [TITLE, PARAGRAPH]}}
    if buttons is not None:
        made["footer"] = {"components": [{"BUTTONS": {"items": buttons}}]}
    if header is not None:
        made["header"] = {"components": header}
    return made


def title(text: Any) -> dict[str, Any]:
    return layout({"TITLE": {"value": text}}, PARAGRAPH)


def paragraph(text: Any) -> dict[str, Any]:
    return layout(TITLE, {"PARAGRAPH": {"value": text}})


def table(*rows: Any) -> dict[str, Any]:
    return layout(TITLE, PARAGRAPH, {"TABLE": {"rows": list(rows)}})


def row(name: Any, value: Any) -> dict[str, Any]:
    return table(ROW, {"title": name, "value": value})


def button(**changes: Any) -> dict[str, Any]:
    return layout(buttons=[{**BUTTON, **changes}])


def test_a_whole_layout_is_read() -> None:
    header = [
        {"LOGO": {"light": {"media_id": "l"}, "dark": {"media_id": "d"}}},
        {"IMAGES": {"items": [{"media_id": "p"}]}},
    ]
    raw = layout(TITLE, PARAGRAPH, {"TABLE": {"rows": [ROW, ROW]}}, buttons=[BUTTON], header=header)
    read = read_layout(raw, "custom")
    assert (read.title, read.paragraphs) == (TITLE["TITLE"]["value"], [PARAGRAPH["PARAGRAPH"]["value"]])
    assert read.rows == [("Mã hồ sơ", "<ma>")] * 2
    assert read.buttons == [Button(1, "Xem hồ sơ", "https://dvc.example.vn/<ma>")]
    assert read.media_ids == ["p", "l", "d"]
    assert read.placeholders() == {"ten", "ma"}


def many(count: int) -> str:
    return "Tham số: " + " ".join(f"<p{number}>" for number in range(count))


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (None, -132),
        ({"other": {}}, -132),
        ({"body": []}, -132),
        ({"body": {"components": ["x"]}}, -132),
        ({"body": {"components": [{"BUTTONS": {"items": []}}]}}, -132),
        (layout(PARAGRAPH), -132),
        (layout(TITLE), -132),
        (layout(TITLE, TITLE, PARAGRAPH), -132),
        (layout(TITLE, *[PARAGRAPH] * 5), -132),
        (layout({"TITLE": "x"}, PARAGRAPH), -132),
        (title("Ngắn"), -116),
        (title(None), -116),
        (title("x" * 66), -130),
        (title(many(5)), -132),
        (paragraph("Ngắn"), -116),
        (paragraph("x" * 401), -130),
        (paragraph(many(11)), -132),
        (paragraph("Xem tại https://dvc.example.vn nhé"), -116),
        (paragraph("Xem tại dvc.example.vn nhé"), -116),
        (paragraph("Gọi ngay 0987654321 để hỏi"), -116),
        (paragraph("Gọi ngay 1900 1009 để hỏi"), -116),
        (table(ROW), -132),
        (table(*[ROW] * 9), -132),
        (table(ROW, "x"), -132),
        (layout(TITLE, PARAGRAPH, {"TABLE": {}}), -132),
        (row("Mã", "<ma>"), -116),
        (row("x" * 36, "<ma>"), -130),
        (row("Mã <ma>", "<ma>"), -132),
        (row("Mã hồ sơ", "<a> <b>"), -132),
        (row("Mã hồ sơ", "x" * 91), -130),
        (layout(buttons=[BUTTON] * 3), -113),
        (layout(buttons="x"), -113),
        (layout(buttons=["x"]), -113),
        (button(type=0), -113),
        (button(type="x"), -113),
        (button(title="Xem"), -113),
        (button(title="x" * 31), -113),
        (button(title=None), -113),
        (button(content="dvc.example.vn"), -1131),
        (button(content=None), -1131),
        (button(type=2), -1131),
        (layout(header=[{"LOGO": {}}]), -132),
        (layout(header=[{"LOGO": {"light": {}}}]), -132),
        (layout(header=[{"IMAGES": {"items": []}}]), -132),
        (layout(TITLE, PARAGRAPH, {"PAYMENT": "x"}), -132),
    ],
)
def test_a_layout_that_breaks_a_rule_is_refused_with_its_code(raw: Any, code: int) -> None:
    with pytest.raises(Refused) as refused:
        read_layout(raw, "custom")
    assert refused.value.code == code
    assert refused.value.rule


@pytest.mark.parametrize(
    "raw",
    [
        title("x" * 9),
        title("x" * 65),
        title("e\u0323\u0302" * 65),
        title(many(4)),
        paragraph("x" * 400),
        paragraph(many(10)),
        layout(TITLE, *[PARAGRAPH] * 4),
        table(*[ROW] * 8),
        row("Tên", "x" * 90),
        button(type="2", content="1900100900"),
        button(type=10, content=""),
        button(title="x" * 30),
        layout(TITLE, PARAGRAPH, {"VOUCHER": {"name": "x"}}),
    ],
)
def test_a_layout_just_within_its_limits_passes(raw: Any) -> None:
    read_layout(raw, "custom")


def test_an_otp_template_has_no_button_and_two_parameters_at_most() -> None:
    text = {"OTP": {"value": "Mã xác thực là <otp>, hết hạn sau <phut> phút"}}
    assert read_layout(layout(text), "otp").placeholders() == {"otp", "phut"}
    for raw, code in (
        (layout(text, buttons=[BUTTON]), -113),
        (layout({"OTP": {"value": "Mã xác thực là <a> <b> <c>"}}), -132),
    ):
        with pytest.raises(Refused, match=str(code)):
            read_layout(raw, "otp")


def test_parameters_named_and_parameters_used_are_the_same() -> None:
    read = read_layout(layout(), "custom")
    only_params({"ten": 1}, read)
    for params in ({}, {"ten": 1, "ma": 1}):
        with pytest.raises(Refused, match="-132"):
            only_params(params, read)


def test_small_numbers_may_be_texts_and_names_are_plain() -> None:
    assert [as_whole(value) for value in (3, "3", "x", True, None, "9999")] == [3, 3, 0, 0, 0, 0]
    assert [is_param_name(name) for name in ("ma_ho_so", "x1", "1x", "có", "", 7)] == [True, True, *[False] * 4]
