"""The rules of broadcasts as tables: what is refused, in which field, by which word."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from status_bridge.broadcasts.config import BroadcastConfig
from status_bridge.broadcasts.content import hash_content
from status_bridge.broadcasts.links import find_links, judge_link
from status_bridge.broadcasts.refusals import WORDS, Problem, refuse, refuse_all
from status_bridge.broadcasts.render import KIND, TEMPLATE_PARAMS
from status_bridge.broadcasts.rules import (
    advertising_release,
    may_advertise,
    needed_approvals,
    problems_of,
    stays_within,
)
from status_bridge.composition import platform_parameters
from status_bridge.route_policy import Policy
from storage.audiences import Audience
from storage.broadcasts import BroadcastRefused, Draft, Estimate, Message

UNIT = "H17.33.2"
NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)  # 10:00 in Đà Nẵng
PARAMS = {"tieu_de": "Cúp điện", "noi_dung": "Khu vực cúp điện ngày mai.", "don_vi": "UBND phường Hải Châu"}
DOMAINS = ("dichvucong.danang.gov.vn", "danang.gov.vn")
CONFIG = BroadcastConfig(
    route=Policy(channels=frozenset(), templates={KIND: "400113"}),
    templates={"400113": TEMPLATE_PARAMS},
    official_domains=DOMAINS,
)


def message(**changes: Any) -> Message:
    return Message(**({"params": PARAMS, "text": "Khu vực cúp điện ngày mai."} | changes))


def params(**changes: str) -> dict[str, Any]:
    return {"message": message(params=PARAMS | changes)}


def draft(**changes: Any) -> Draft:
    values = {"title": "Cúp điện", "unit": UNIT, "message": message(), "audience": Audience(units=(UNIT,))}
    return Draft(**(values | changes))


def problems(columns: tuple[str, ...] = (), **changes: Any) -> list[tuple[str, str]]:
    found = problems_of(draft(**changes), CONFIG, columns=columns, now=NOW)
    assert all(one.word in WORDS for one in found)
    return [(one.field, one.word) for one in found]


def test_a_plain_announcement_breaks_no_rule() -> None:
    assert problems() == []
    assert problems(message=message(sms="Cup dien ngay mai", link="https://danang.gov.vn/tin/1")) == []
    assert problems(message=message(template_id="400113")) == []


def advert(**changes: Any) -> dict[str, Any]:
    asked = Audience(kind="subscribers", category="events", units=(UNIT,))
    return {"purpose": "advertising", "category": "events", "audience": asked} | changes


BROKEN: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({"title": " "}, [("title", "title_empty")]),
    ({"title": "Cúp\u200bđiện"}, [("title", "sign_forbidden")]),
    ({"message": message(text=" \n ")}, [("text", "text_empty")]),
    ({"message": message(sms="")}, [("sms", "text_empty")]),
    (params(noi_dung="\t"), [("params.noi_dung", "text_empty"), ("params.noi_dung", "sign_forbidden")]),
    ({"message": message(text="a\u202eb")}, [("text", "sign_forbidden")]),
    ({"message": message(text="a" * 2000)}, []),
    ({"message": message(text="a" * 2001)}, [("text", "text_too_long")]),
    ({"message": message(text="{x a." * 400_000)}, [("text", "text_too_long")]),
    ({"message": message(text="a" * 1941 + "{ten}")}, [("text", "text_too_long")]),
    (params(tieu_de="a" * 101), [("params.tieu_de", "text_too_long")]),
    (params(noi_dung="a" * 340 + "{ten}"), []),
    (params(noi_dung="a" * 341 + "{ten}"), [("params.noi_dung", "text_too_long")]),
    ({"message": message(sms="a" * 459)}, []),
    ({"message": message(sms="a" * 460)}, [("sms", "sms_too_long")]),
    ({"message": message(sms="ạ" * 459)}, []),  # sent without accents
    ({"message": message(sms="a" * 419 + "{ma_ho_so}")}, []),
    ({"message": message(sms="a" * 420 + "{ma_ho_so}")}, [("sms", "sms_too_long")]),
    ({"message": message(params={"tieu_de": "a", "noi_dung": "b"})}, [("params.don_vi", "param_missing")]),
    (params(khac="x"), [("params.khac", "param_unknown")]),
    ({"message": message(template_id="400999")}, [("template_id", "template_unknown")]),
    ({"message": message(text="Gửi {tên}")}, [("text", "placeholder_unknown")]),
    ({"message": message(text="Gửi {ten")}, [("text", "brace_stray")]),
    ({"message": message(text="Gửi {{ten}}")}, [("text", "brace_stray")]),
    ({"message": message(text="Gửi {}")}, [("text", "brace_stray")]),
    (params(noi_dung="Gọi 0905 123 456"), [("params.noi_dung", "number_in_text")]),
    (params(noi_dung="Gọi 1022"), []),
    ({"message": message(text="Xem https://lua-dao.vn")}, [("text", "link_in_text")]),
    (
        {"message": message(text="Xem https://danang.gov.vn/a", link="https://danang.gov.vn/a")},
        [],
    ),
    (
        {"message": message(text="Xem https://danang.gov.vn/b", link="https://danang.gov.vn/a")},
        [("text", "link_in_text")],
    ),
    (params(noi_dung="Xem danang.gov.vn"), [("params.noi_dung", "link_in_text")]),
    ({"message": message(text="{ten}.vn/x")}, [("text", "link_in_text")]),
    ({"audience": Audience()}, [("units", "audience_beyond_unit")]),
    ({"audience": Audience(units=("H17.33.2.1", "H17.33.20"))}, [("units", "audience_beyond_unit")]),
    (advert(), []),
    (advert(category=None), [("category", "advertising_category")]),
    (advert(category="culture"), [("category", "advertising_category")]),
    (advert(audience=Audience(units=(UNIT,))), [("category", "advertising_category")]),
    (advert(urgent=True), [("urgent", "advertising_urgent")]),
    (advert(message=message(sms="[QC] Hoi cho")), [("sms", "advertising_sms")]),
    ({"canary_percent": 0.05}, [("canary_percent", "canary_small")]),
    ({"scheduled_at": NOW - timedelta(seconds=1)}, [("scheduled_at", "schedule_past")]),
    ({"scheduled_at": NOW + timedelta(days=91)}, [("scheduled_at", "schedule_far")]),
    ({"scheduled_at": datetime(2026, 3, 3)}, [("scheduled_at", "schedule_no_zone")]),
    (advert(scheduled_at=NOW + timedelta(hours=12)), [("scheduled_at", "advertising_hours")]),
    ({"scheduled_at": NOW + timedelta(hours=12)}, []),
]


@pytest.mark.parametrize(("changes", "expected"), BROKEN)
def test_each_rule_names_the_field_and_the_word(changes: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert problems(**changes) == expected


def test_placeholders_are_those_of_the_audience() -> None:
    listed = Audience(kind="list", list_id=1)
    ours = message(text="Nhà {Số nhà}")
    assert problems(("Số nhà",), message=ours, audience=listed) == []
    assert problems(("khac",), message=ours, audience=listed) == [("text", "placeholder_unknown")]
    asked = Audience(kind="subscribers", category="events", units=(UNIT,))
    assert problems(message=message(text="Gửi {ten}"), audience=asked) == [("text", "placeholder_unknown")]


@pytest.mark.parametrize(
    ("unit", "audience", "is_within"),
    [
        ("*", Audience(), True),
        ("H17", Audience(), False),
        ("H17", Audience(units=("H17",)), True),
        ("H17.33", Audience(units=("H17.33.2", "H17.33")), True),
        ("H17.33", Audience(units=("H17.3",)), False),
        ("H17.33", Audience(units=("*",)), False),
        ("H17.33", Audience(kind="list", list_id=1), True),
        ("H17.33", Audience(kind="list", list_id=1, units=("H17",)), False),
        ("H17.33", Audience(kind="subscribers", category="a"), False),
    ],
)
def test_an_audience_stays_within_its_unit(unit: str, audience: Audience, is_within: bool) -> None:
    assert stays_within(audience, unit) is is_within


@pytest.mark.parametrize(
    ("link", "word"),
    [
        ("https://danang.gov.vn", None),
        ("https://DANANG.gov.vn/tin?id=5&b=1#c", None),
        ("https://a.b.danang.gov.vn/", None),
        ("http://danang.gov.vn/", "link_not_https"),
        ("javascript:alert(1)", "link_not_https"),
        ("https://danang.gov.vn.lua.vn/", "link_not_official"),
        ("https://xdanang.gov.vn/", "link_not_official"),
        ("https://bit.ly/abc", "link_not_official"),
        ("https://danang.gov.vn@lua.vn/", "link_odd"),
        ("https://lua.vn\\@danang.gov.vn/", "link_odd"),
        ("https://danang.gov.vn:8443/", "link_odd"),
        ("https://danang.gov.vn./", "link_odd"),
        ("https://xn--dnang-4ta.gov.vn/", "link_odd"),
        ("https://xn--80ak6aa92e.danang.gov.vn/", "link_odd"),
        ("https://dаnang.gov.vn/", "link_odd"),
        ("https://danang。gov.vn/", "link_odd"),
        ("https://127.0.0.1/", "link_odd"),
        ("https://danang.gov.vn/ x", "link_odd"),
        ("https://danang.gov.vn/\u200b", "link_odd"),
        ("https://danang.gov.vn/đường", "link_odd"),
        ("https://danang.gov.vn/go?to=https://lua.vn", "link_odd"),
        ("https://danang.gov.vn/go?to=https%3A%2F%2Flua.vn", "link_odd"),
        ("https://danang.gov.vn/go?to=%252F%252Flua.vn", "link_odd"),
        ("https://danang.gov.vn//lua.vn", "link_odd"),
        ("https://danang.gov.vn/" + "a" * 200, "link_odd"),
        ("https://danang.gov.vn/{ten}", "link_odd"),
        ("https:///danang.gov.vn", "link_odd"),
        ("https://", "link_odd"),
    ],
)
def test_only_plain_https_on_an_official_domain_is_a_link(link: str, word: str | None) -> None:
    assert judge_link(link, DOMAINS) == word


@pytest.mark.parametrize(
    "text",
    [
        "https://lua.vn",
        "HTTP://LUA.VN",
        "www.lua.vn",
        "lua.vn",
        "Xem lua-dao.com.",
        "bit.ly/abc",
        "1.2.3.4/x",
        "lua．vn",
        "lua。com",
        "ｌｕａ.vn",
        "lu\u200ba.v\u200bn",
        "hxxp:lua",
        "javascript:alert(1)",
        "tel:0905123456",
        "zalo://x",
        "lừa-đảo.vn",
        ".lua.com",
        "nguyen@lua.vn",
        "a.khongcotrongdanhsach/x",
    ],
)
def test_what_a_phone_makes_a_link_of_is_seen(text: str) -> None:
    assert find_links(text) != []


@pytest.mark.parametrize(
    "text",
    [
        "UBND TP.HCM và Q.1",
        "Hồ sơ H17.33.2-260302-0001 đã xong.",
        "Từ 07:00 đến 11:30 ngày 05/03/2026.",
        "Phí 1.200.000đ, gọi 1022.",
        "Điều 12.Khoản 3",
        "P.Hải Châu, Đ.Trần Phú",
        "Nghỉ.Mai làm lại",
        "và/hoặc",
    ],
)
def test_what_is_no_link_is_left_alone(text: str) -> None:
    assert find_links(text) == []


@pytest.mark.parametrize(
    ("urgent", "people", "cost", "needed"),
    [(False, 99, 99_999, 0), (False, 100, 0, 1), (False, 1, 100_000, 1), (True, 1, 0, 2), (True, 10**6, 10**8, 2)],
)
def test_how_many_must_approve(urgent: bool, people: int, cost: int, needed: int) -> None:
    counted = Estimate(
        counted_at=NOW,
        people=people,
        by_channel={},
        opted_out=0,
        no_way=0,
        cost_vnd=cost,
        seconds=1,
        quota_remaining=None,
        quota_left_for_status=None,
        week={},
        previous=None,
    )
    assert needed_approvals(draft(urgent=urgent), counted, CONFIG) == needed


@pytest.mark.parametrize(
    ("clock", "may", "opens"),
    [("06:59", False, "07:00"), ("07:00", True, "07:00"), ("21:59", True, "21:59"), ("22:00", False, "07:00")],
)
def test_the_law_lets_advertising_out_from_seven_to_ten(clock: str, may: bool, opens: str) -> None:
    moment = datetime.fromisoformat(f"2026-03-02T{clock}:00+07:00")
    assert may_advertise(moment.astimezone(UTC), CONFIG) is may
    assert f"{advertising_release(moment, CONFIG):%H:%M}" == opens


CHANGES: list[dict[str, Any]] = [
    {"title": "Khác"},
    {"unit": "H17.33.3"},
    {"purpose": "advertising"},
    {"urgent": True},
    {"category": "x"},
    {"message": message(text="Khu vực cúp điện ngày mai!")},
    {"message": message(sms="x")},
    {"message": message(link="https://danang.gov.vn")},
    {"message": message(template_id="400113")},
    {"message": message(params=PARAMS | {"don_vi": "Khác"})},
    {"audience": Audience(units=(UNIT,), linked=True)},
    {"scheduled_at": NOW},
]


def test_everything_that_is_approved_is_in_the_hash() -> None:
    def digest(percent: float = 1.0, rows: bytes | None = None, **changes: Any) -> bytes:
        return hash_content(draft(**changes), canary_percent=percent, list_digest=rows)

    hashes = [digest(), digest(2.0), digest(rows=b"a"), digest(rows=b"b"), *(digest(**one) for one in CHANGES)]
    assert len(set(hashes)) == len(CHANGES) + 4


def test_the_same_content_has_the_same_hash_however_it_is_written_down() -> None:
    first = draft(scheduled_at=NOW)
    reordered = message(params=dict(reversed(PARAMS.items())))
    second = draft(scheduled_at=NOW.astimezone(CONFIG.zone), message=reordered)
    assert hash_content(first, canary_percent=1, list_digest=None) == hash_content(
        second, canary_percent=1.0, list_digest=None
    )
    # SHA-256 of the canonical JSON, written down once: an accidental change of its form voids every approval.
    assert hash_content(draft(), canary_percent=1, list_digest=None).hex() == (
        "d658bbd097f883e0211ea8ccb64b3a226d2f68fb45da1c10930540c308ee87f2"
    )


def test_a_refusal_names_the_first_problem_and_holds_them_all() -> None:
    broken = [Problem("sms", "sms_too_long", {"parts": 4}), Problem("link", "link_odd")]
    with pytest.raises(BroadcastRefused) as refused:
        refuse_all(broken)
    assert refused.value.word == "sms_too_long"
    assert refused.value.values == {"field": "sms", "parts": 4, "problems": tuple(broken)}
    refuse_all([])


def test_a_word_that_is_not_in_the_list_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        refuse("no_such_word")


def test_the_templates_parameters_are_those_that_the_platform_was_told() -> None:
    assert {name: rule["max"] for name, rule in platform_parameters()[KIND].items()} == TEMPLATE_PARAMS
