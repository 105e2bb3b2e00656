"""The one message that says what several notices would have said."""

import re
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dossiers.status import Notice
from status_bridge.composition import LANGUAGES, CompositionError, platform_parameters
from status_bridge.digest import Digests, standing
from status_bridge.notices import DEMANDS_ACTION
from storage.notices import tracking_id
from storage.waiting import HeldNotice

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)  # 17:00 in Việt Nam
DIGESTS = Digests(hotline="1022", zone=ZoneInfo("Asia/Ho_Chi_Minh"))
LIMITS = {name: rule["max"] for name, rule in platform_parameters()["digest"].items()}


def _held(dossier: int, ordinal: int = 1, kind: str = "accepted", **facts: Any) -> HeldNotice:
    values: dict[str, Any] = {
        "id": uuid.uuid5(uuid.NAMESPACE_OID, f"{dossier}/{ordinal}"),
        "created_at": NOW - timedelta(hours=5) + timedelta(minutes=dossier),
        "dossier_id": dossier,
        "dossier_code": f"H17.33.2-260302-{dossier:04d}",
        "ordinal": ordinal,
        "kind": kind,
        "role": "applicant",
        "language": "vi",
        "demands_action": Notice(kind) in DEMANDS_ACTION,
        "phone": "84905000001",
        "email": None,
        "content": {"text": "…", "params": {"thu_tuc": "Đăng ký khai tử"}},
    }
    if kind == "supplement":
        values["content"]["params"]["han"] = "17:00 ngày 05/03/2026"
    return HeldNotice(**{**values, **facts})


def test_each_dossier_is_there_with_its_state_and_what_demands_action_comes_first() -> None:
    made = DIGESTS.compose([_held(1), _held(2, kind="supplement"), _held(3, kind="finished")], now=NOW)
    supplement, finished, accepted = (f"H17.33.2-260302-000{number}" for number in (2, 3, 1))
    assert made.content["params"] == {
        "so_ho_so": "3",
        "danh_sach": f"{supplement}: Cần bổ sung (hạn 17:00 ngày 05/03/2026). {finished}: Đã xử lý xong. "
        f"{accepted}: Đã tiếp nhận, đang xử lý",
        "viec_tiep_theo": "Có hồ sơ cần Ông/Bà làm tiếp. Xin xem từng hồ sơ tại Cổng Dịch vụ công hoặc gọi 1022.",
    }
    assert made.content["text"].splitlines()[0].endswith("Tình hình đến 17:00 ngày 02/03/2026:")
    assert (made.kind, made.state, made.lane, made.phone) == ("digest", "pending", "status", "84905000001")
    assert made.demands_action


def test_it_is_the_same_message_whoever_makes_it_and_in_whatever_order() -> None:
    held = [_held(number) for number in range(1, 5)]
    assert DIGESTS.compose(held, now=NOW) == DIGESTS.compose(held[::-1], now=NOW)
    assert DIGESTS.compose(held, now=NOW).id not in {one.id for one in held}
    assert len(tracking_id(DIGESTS.compose(held, now=NOW).id)) <= 48


def test_of_one_dossier_it_says_only_what_still_holds() -> None:
    held = [_held(1, 1, "submitted"), _held(1, 2, "payment"), _held(1, 3, "accepted"), _held(2)]
    assert [one.kind for one in standing(held)] == ["payment", "accepted", "accepted"]
    made = DIGESTS.compose(held, now=NOW)
    assert made.content["params"]["so_ho_so"] == "2"
    assert "0001: Cần nộp nghĩa vụ tài chính; Đã tiếp nhận, đang xử lý." in made.content["params"]["danh_sach"]


def test_what_is_said_to_one_person_of_a_dossier_says_nothing_to_another() -> None:
    assert len(standing([_held(1, 1), _held(1, 2, role="owner")])) == 2


def test_no_procedure_is_named_and_a_shared_phone_gets_codes_alone() -> None:
    private = DIGESTS.compose([_held(1), _held(2)], now=NOW)
    assert "khai tử" not in str(private.content)
    minimal = {"text": "…", "params": {}, "minimal": True}
    shared = DIGESTS.compose([_held(1, content=minimal), _held(2, content=minimal)], now=NOW)
    assert shared.content["params"]["danh_sach"] == "H17.33.2-260302-0001. H17.33.2-260302-0002"
    assert "tiếp nhận" not in shared.content["text"]


def test_a_phone_that_is_known_to_be_shared_by_now_gets_codes_alone_of_what_was_said_before_too() -> None:
    minimal = {"text": "…", "params": {}, "minimal": True}
    made = DIGESTS.compose([_held(1), _held(2, kind="supplement"), _held(3, content=minimal)], now=NOW)
    assert "tiếp nhận" not in str(made.content)
    assert "bổ sung" not in str(made.content)
    assert made.content["minimal"] is True, "nothing that is made of it later may say more"


def test_it_goes_to_no_persons_letter_box_when_it_speaks_of_others_too() -> None:
    boxes = ["chau@example.com", "Chau@example.com", "binh@example.com", None]
    chau, same, binh, unknown = (_held(number, email=box) for number, box in enumerate(boxes))
    assert DIGESTS.compose([chau, same], now=NOW).email == "chau@example.com"
    assert DIGESTS.compose([chau, binh], now=NOW).email is None
    assert DIGESTS.compose([chau, unknown], now=NOW).email is None


def test_a_deadline_that_is_no_date_is_left_out() -> None:
    made = DIGESTS.compose(
        [_held(1, kind="supplement", content={"params": {"han": "Sớm nhất có thể"}}), _held(2)], now=NOW
    )
    assert "0001: Cần bổ sung. " in made.content["params"]["danh_sach"]


@settings(deadline=None)
@given(st.integers(2, 200), st.sampled_from(list(Notice)), st.sampled_from(LANGUAGES))
def test_whatever_their_number_it_fits_and_says_how_many_are_left_out(count: int, kind: Notice, language: str) -> None:
    held = [_held(number, kind=kind, language=language) for number in range(count)]
    made = DIGESTS.compose(held, now=NOW)
    params, text = made.content["params"], made.content["text"]
    assert all(0 < len(params[name]) <= limit for name, limit in LIMITS.items())
    assert len(text) <= 2000
    assert made.language == language
    for said in (params["danh_sach"], text):
        others = re.search(r"(?:và|and) (\d+) (?:hồ sơ khác|other)", said)
        assert said.count("H17.33.2") + (int(others[1]) if others else 0) == count == int(params["so_ho_so"])


def test_sentences_are_formal_and_short() -> None:
    for kind in ("accepted", "supplement"):
        text = DIGESTS.compose([_held(1, kind=kind), _held(2)], now=NOW).content["text"]
        assert "Ông/Bà" in text
        assert all(len(sentence.split()) <= 20 for sentence in re.split(r"(?<=[.:])\s|\n", text))


def test_a_language_without_its_words_stops_the_start(tmp_path: Path) -> None:
    source = Path(__file__).parents[3] / "status_bridge" / "templates"
    (tmp_path / "platform.toml").write_text((source / "platform.toml").read_text(encoding="utf-8"), encoding="utf-8")
    for language in LANGUAGES:
        (tmp_path / language).mkdir()
        (tmp_path / language / "digest.toml").write_text('opening = "A"\n', encoding="utf-8")
    with pytest.raises(CompositionError, match="must have exactly"):
        Digests(hotline="1022", zone=ZoneInfo("UTC"), folder=tmp_path)
