"""The components as HTML: labels, errors, tokens, escapes. How they look and behave is tests/browser's."""

import re
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import jinja2
import pytest
from markupsafe import Markup

from console import charts, numbers
from console.words import translator

TEMPLATES = Path(__file__).parents[3] / "console" / "templates"
EVIL = "<script>alert('x')</script>\" onmouseover=\"alert(1)"


def draw(call: str, **values: Any) -> str:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.do"],
    )
    template = environment.from_string('{% import "components.html.j2" as c with context %}{{ ' + call + " }}")
    frame = {
        "t": translator("vi"),
        "n": partial(numbers.number, language="vi"),
        "charts": charts,
        "csrf": "token",
        "form_token": "token",
        "local": lambda moment, form="%d/%m/%Y %H:%M": moment.strftime(form),
    }
    return template.render(frame | values)


def test_a_field_is_bound_to_its_label_its_hint_and_its_error() -> None:
    html = draw('c.field("code", "Mã hồ sơ", "H17", hint="Trên giấy hẹn", error="Thiếu", required=true, maxlength=40)')
    assert '<label for="f-code">Mã hồ sơ' in html
    assert 'id="f-code"' in html
    assert 'aria-describedby="h-code e-code"' in html
    assert 'aria-invalid="true"' in html
    assert " required" in html
    assert 'maxlength="40"' in html
    assert '<p class="hint" id="h-code">' in html
    assert '<p class="error" id="e-code">' in html


def test_a_password_is_never_written_back_into_its_field() -> None:
    assert "geheim" not in draw('c.field("word", "Mật khẩu", "geheim", type="password")')


def test_a_text_keeps_its_first_line_break() -> None:
    # HTML drops one line break after <textarea>: there is one to be dropped.
    assert ">\n\nxin chào</textarea>" in draw('c.textarea("text", "Nội dung", value)', value="\nxin chào")


def test_names_of_attributes_may_have_dashes_and_false_ones_are_left_out() -> None:
    html = draw('c.textarea("text", "x", data_max=160, readonly=true, disabled=false, spellcheck="false")')
    assert 'data-max="160"' in html
    assert " readonly" in html
    assert "disabled" not in html
    assert 'spellcheck="false"' in html


def test_choices_show_what_is_chosen() -> None:
    html = draw('c.select("unit", "Đơn vị", [("a", "A"), ("b", "B")], "b")')
    assert re.findall(r'<option value="(\w)" selected>', html) == ["b"]
    html = draw('c.radios("kind", "Loại", [("a", "A"), ("b", "B", "giải thích")], "a", error="Chọn một")')
    assert re.findall(r'value="(\w)" checked', html) == ["a"]
    assert "<legend>Loại</legend>" in html
    assert 'id="f-kind"' in html  # the error summary leads to the first
    assert len(set(re.findall(r' id="([^"]+)"', html))) == len(re.findall(r' id="([^"]+)"', html))


def test_the_summary_of_errors_leads_to_the_fields() -> None:
    html = draw('c.errors([("code", "Thiếu mã"), (none, "Thử lại")])')
    assert '<a href="#f-code">Thiếu mã</a>' in html
    assert 'role="alert"' in html
    assert draw("c.errors([])").strip() == ""


def test_an_action_is_a_form_with_the_token_and_its_fields() -> None:
    html = draw('c.action("/console/x", "Dừng", "danger", {"id": 5})')
    assert '<form method="post" action="/console/x"' in html
    assert '<input type="hidden" name="csrf" value="token">' in html
    assert '<input type="hidden" name="id" value="5">' in html


def test_an_action_that_asks_first_needs_two_steps_without_javascript() -> None:
    html = draw('c.action("/console/x", "Dừng", confirm="Chắc không?")')
    assert html.index("<summary") < html.index("Chắc không?") < html.index("<button")
    assert "<button" not in html[: html.index("</summary>")]


def test_a_table_names_its_columns_in_every_cell_and_says_when_it_is_empty() -> None:
    html = draw('c.table("Hồ sơ", ["Mã", ("Số", "number")], [["H17", 5], [none, 6]])')
    assert html.count('data-label="Mã"') == 2
    assert html.count('data-label="Số" class="number"') == 2
    assert "<caption" in html
    assert ">–</td>" in html
    assert "<table" not in draw('c.table("Hồ sơ", ["Mã"], [])')


def test_a_moment_is_a_time_for_machines_too() -> None:
    html = draw("c.time(moment)", moment=datetime(2026, 11, 22, 8, 5, tzinfo=UTC))
    assert html == '<time datetime="2026-11-22T08:05:00+00:00">22/11/2026 08:05</time>'
    assert draw("c.time(none)") == "–"


def test_progress_beyond_or_without_a_total_is_no_error() -> None:
    assert "50,0 %" in draw('c.progress(5, 10, "Đã gửi")')
    assert "100 %" in draw('c.progress(10, 10, "Đã gửi")')
    assert 'max="1"' in draw('c.progress(0, 0, "Đã gửi")')


@pytest.mark.parametrize(
    "call",
    [
        "c.heading(x, x, [(x, x), (x, x, 'primary')])",
        "c.field(x, x, x, hint=x, error=x, placeholder=x)",
        "c.textarea(x, x, x, hint=x, error=x)",
        "c.select(x, x, [(x, x)], x)",
        "c.checkbox(x, x, true, x, x, x)",
        "c.radios(x, x, [(x, x, x)], x, x, x)",
        "c.errors([(x, x)])",
        "c.button(x, x, name=x)",
        "c.action(x, x, x, {x: x}, x)",
        "c.badge(x, x)",
        "c.notice(x, x)",
        "c.empty(x, (x, x))",
        "c.table(x, [x, (x, x)], [[x, x]], 'scroll', x)",
        "c.facts([(x, x)])",
        "c.figure(x, x, x, x, x)",
        "c.progress(1, 2, x)",
        "c.pager(x, x)",
        "c.tabs([(x, x, true)], x)",
        "c.phone(x, x, x, [(x, x)], [x])",
    ],
)
def test_no_component_lets_markup_through(call: str) -> None:
    html = draw(call, x=EVIL)
    assert "<script" not in html
    assert '" onmouseover="' not in html
    assert "style=" not in html


def test_markup_of_ours_goes_into_cells_as_it_is() -> None:
    assert "<b>5</b>" in draw('c.table("x", ["y"], [[cell]])', cell=Markup("<b>5</b>"))
    assert '<span class="badge good">Tốt</span>' in draw('c.table("x", ["y"], [[c.badge("Tốt", "good")]])')
