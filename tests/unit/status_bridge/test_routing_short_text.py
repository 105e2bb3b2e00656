"""A notice as a short message: it fits, and what must not be lost is not lost."""

import pytest

from dossiers.status import Notice
from dossiers.text import sms_parts, to_gsm7
from status_bridge.composition import platform_parameters
from status_bridge.short_text import ShortForm, short_text
from tests.unit.status_bridge.routing_case import CODE, PARAMS

FORM = ShortForm()


def said(kind: str, params: dict[str, str], form: ShortForm = FORM, language: str = "vi") -> str:
    return short_text(kind, {"text": "…", "params": params}, code=CODE, language=language, form=form)


def test_it_says_who_which_dossier_its_state_what_to_do_and_until_when() -> None:
    assert said("supplement", PARAMS) == (
        f"UBND phường Hải Châu: hồ sơ {CODE} cần bổ sung. Bản sao giấy chứng sinh. Hạn: 17:00 ngày 05/03/2026. "
        "Nơi bổ sung: Cổng Dịch vụ công."
    )


def test_in_english_too() -> None:
    text = said("supplement", PARAMS | {"don_vi": "Hai Chau ward"}, language="en")
    assert text.startswith(f"Hai Chau ward: dossier {CODE}: supplement required.")
    assert "Until: " in text


@pytest.mark.parametrize("form", [ShortForm(1), ShortForm(2), FORM, ShortForm(2, is_unicode=True)], ids=str)
@pytest.mark.parametrize("kind", Notice)
def test_it_always_fits(kind: Notice, form: ShortForm) -> None:
    params = {name: ("ạ bc " * 100)[: rule["max"]] for name, rule in platform_parameters()[kind].items()}
    text = said(kind, params, form)
    letters = text if form.is_unicode else to_gsm7(text)
    assert 1 <= sms_parts(letters) <= form.max_parts
    assert form.cost_vnd(text) == sms_parts(letters) * 500


def test_an_officer_s_words_are_cut_before_the_deadline_and_the_place() -> None:
    text = said("supplement", PARAMS | {"noi_dung": "rất nhiều giấy tờ " * 22}, ShortForm(2))
    assert "Hạn: 17:00 ngày 05/03/2026." in text
    assert "Nơi bổ sung: Cổng Dịch vụ công." in text
    assert "rất nhiều giấy tờ" in text
    assert "…" in text


def test_with_room_for_one_part_the_deadline_is_what_stays() -> None:
    text = said("supplement", PARAMS | {"noi_dung": "giấy tờ " * 40, "noi_bo_sung": "nơi " * 40}, ShortForm(1))
    assert "Hạn: 17:00 ngày 05/03/2026." in text
    assert CODE in text


@pytest.mark.parametrize(("kind", "code"), [("broadcast", None), ("otp", None), ("digest", None), ("supplement", None)])
def test_words_of_other_kinds_are_only_cut(kind: str, code: str | None) -> None:
    content = {"text": "Thông báo " * 100, "params": PARAMS}
    text = short_text(kind, content, code=code, language="vi", form=FORM)
    assert text.startswith("Thông báo Thông báo")
    assert FORM.parts(text) == 3
    assert short_text(kind, {"text": "Ngắn"}, code=code, language="vi", form=FORM) == "Ngắn"


def test_approved_words_are_taken_as_they_are() -> None:
    content = {"text": "x", "params": PARAMS, "sms": "UBND: nghi le 2/9."}
    assert short_text("broadcast", content, code=None, language="vi", form=FORM) == "UBND: nghi le 2/9."
