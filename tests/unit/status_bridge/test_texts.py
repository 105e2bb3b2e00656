"""Words that officers write: what is allowed, how they come out, and what is said when they fail."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dossiers.status import Notice
from status_bridge.composition import LANGUAGES, Composer, CompositionConfig
from status_bridge.texts import PLACEHOLDERS, SAMPLES, find_problems, show
from storage.templates import Body, Medium, Version
from tests.unit.status_bridge import samples

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


def make_composer() -> Composer:
    return Composer(CompositionConfig((), "1022", ZoneInfo("Asia/Ho_Chi_Minh")))


def version(notice: str, channel: Medium, body: Body, **changes: Any) -> Version:
    made = Version(1, notice, "vi", channel, 1, body, "approved", "lan", "minh", None, NOW, NOW)
    return replace(made, **changes)


def say(*versions: Version, **changes: Any) -> Any:
    composer = make_composer()
    composer.use(versions)
    return composer.compose(Notice.FINISHED, samples.event(9, **changes), follows=None, language="vi", known={})


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("notice", list(Notice))
def test_the_product_s_own_words_keep_every_rule(notice: Notice, language: str) -> None:
    composer = make_composer()
    for medium in (Medium.TEXT, Medium.TEMPLATE):
        assert find_problems(notice, medium, composer.product_body(notice, language, medium)) == []


def test_each_made_up_dossier_has_every_placeholder() -> None:
    assert all(set(values) == set(PLACEHOLDERS) for values in SAMPLES.values())


@pytest.mark.parametrize(
    ("medium", "body", "words"),
    [
        (Medium.TEXT, Body(text=" "), {"empty"}),
        (Medium.TEXT, Body(text="{% if reason %}x{% endif %}"), {"empty_for"}),
        (Medium.TEXT, Body(text="{{ code"), {"syntax"}),
        (Medium.TEXT, Body(text="{{ nobody }}"), {"unknown_placeholder"}),
        (Medium.TEXT, Body(text="{{ code|upper }}"), {"not_allowed"}),
        (Medium.TEXT, Body(text="{{ 9 ** 9 ** 9 }}"), {"not_allowed"}),
        (Medium.TEXT, Body(text="{{ code.x }}"), {"not_allowed"}),
        (Medium.TEXT, Body(text="{{ code() }}"), {"not_allowed"}),
        (Medium.TEXT, Body(text="{% include 'x' %}"), {"not_allowed"}),
        (Medium.TEXT, Body(text="{% set code = 'x' %}{{ code }}"), {"not_allowed"}),
        (Medium.TEXT, Body(text="{{ code }} www.x.vn"), {"link"}),
        (Medium.TEXT, Body(text="{{ code }}\x1e"), {"syntax"}),
        (Medium.TEXT, Body(text="a" * 2001), {"too_long"}),
        (Medium.SMS, Body(text="{{ procedure }} " * 9 + "{{ code }}"), {"too_many_parts"}),
        (Medium.TEMPLATE, Body(params={"ma_ho_so": "{{ code }}"}), {"missing"}),
        (Medium.TEMPLATE, Body(text="x"), {"missing", "not_here"}),
    ],
)
def test_what_cannot_be_said_is_named(medium: Medium, body: Body, words: set[str]) -> None:
    assert {problem.word for problem in find_problems(Notice.FINISHED, medium, body)} == words


def test_a_parameter_may_not_grow_beyond_the_platform_s_limit_for_any_dossier() -> None:
    body = make_composer().product_body(Notice.FINISHED, "vi", Medium.TEMPLATE)
    longer = Body(params={**(body.params or {}), "ma_ho_so": "Mã: {{ code }} của Ông/Bà"})
    [problem] = find_problems(Notice.FINISHED, Medium.TEMPLATE, longer)
    assert (problem.field, problem.word, problem.values["sample"]) == ("ma_ho_so", "too_long", "most")


def test_words_in_force_stand_before_the_product_s() -> None:
    said = say(
        version("finished", Medium.TEXT, Body(text="{{ code }}: xong.")),
        version("finished", Medium.SMS, Body(text="{{ code }} xong")),
        version("refused", Medium.TEXT, Body(text="anders")),
    )
    code = samples.event(9).subject
    assert (said.text, said.sms) == (f"{code}: xong.", f"{code} xong")
    assert said.params["ma_ho_so"] == code
    assert said.as_content()["sms"] == f"{code} xong"


def test_the_product_s_words_are_back_when_a_newer_version_says_so() -> None:
    assert "đã xử lý xong" in say(version("finished", Medium.TEXT, Body())).text


def test_words_that_fail_for_a_dossier_give_way_to_the_product_s() -> None:
    said = say(version("finished", Medium.TEXT, Body(text="{{ code }}" + "a" * 1990)))
    assert "đã xử lý xong" in said.text


@pytest.mark.parametrize("body", [Body(params={"unknown": "x"}), Body(params={})])
def test_words_approved_for_another_product_are_left_out(body: Body) -> None:
    assert say(version("finished", Medium.TEMPLATE, body)).params["ma_ho_so"] == samples.event(9).subject


def test_what_a_placeholder_holds_is_never_read_as_words() -> None:
    shown = show(Medium.TEXT, Body(text="{{ reason }}"))
    assert shown.text == SAMPLES["usual"]["reason"]
