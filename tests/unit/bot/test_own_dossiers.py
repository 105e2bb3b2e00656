"""Which of somebody's own dossiers a message is about, and whose a code is."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.own_dossiers import narrow
from bot.understanding import DateSaid, Entities
from bot.whose_code import Whose, whose_code
from storage.dossiers import Dossier

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def dossier(code: str, procedure: str | None = None, submitted_at: datetime | None = None) -> Dossier:
    values: dict[str, Any] = dict.fromkeys(
        ("last_notice", "procedure_code", "agency_code", "agency_name", "received_at", "due_at", "finished_at")
    )
    moment = datetime(2026, 3, 2, tzinfo=UTC)
    return Dossier(
        id=1,
        code=code,
        status=2,
        status_time=moment,
        procedure_name=procedure,
        submitted_at=submitted_at,
        **values,
    )


BIRTH = dossier("H17.33.2-260302-0056", "Đăng ký khai sinh")
MARRIAGE = dossier("H17.33.2-260418-0056", "Đăng ký kết hôn", datetime(2026, 4, 17, 18, 0, tzinfo=UTC))
SOCIAL = dossier("03706/2026/07906", "Bảo hiểm")
LINKED = [BIRTH, MARRIAGE, SOCIAL]


@pytest.mark.parametrize(
    ("entities", "found"),
    [
        (Entities(), None),
        (Entities(code_tails=("0056",)), [BIRTH, MARRIAGE]),
        (Entities(code_tails=("07906",)), [SOCIAL]),
        (Entities(code_tails=("0999",)), []),
        (Entities(code_tails=("-",)), []),
        (Entities(code_tails=("0056",), dates=(DateSaid("18/4", date(2026, 4, 18)),)), [MARRIAGE]),
        (Entities(dates=(DateSaid("2/3", date(2026, 3, 2)),)), [BIRTH]),
        (Entities(dates=(DateSaid("rằm"),)), None),
        (Entities(dates=(DateSaid("mai", date(2026, 12, 1)),)), None),
        (Entities(procedures=("Đăng ký kết hôn",)), [MARRIAGE]),
        (Entities(procedures=("Cấp hộ chiếu",)), None),
        (Entities(code_tails=("0056",), procedures=("Đăng ký khai sinh",)), [BIRTH]),
    ],
)
def test_ends_of_codes_choose_and_days_and_procedures_only_narrow(
    entities: Entities, found: list[Dossier] | None
) -> None:
    assert narrow(LINKED, entities, ZONE) == found


def test_the_day_of_submission_counts_by_local_time() -> None:
    # 18:00 UTC on the 17th is the 18th in Đà Nẵng.
    one = dossier("X-CODE-1", None, datetime(2026, 4, 17, 18, 0, tzinfo=UTC))
    wanted = Entities(dates=(DateSaid("18/4", date(2026, 4, 18)),))
    assert narrow([one, BIRTH], wanted, ZONE) == [one]


def test_a_code_that_holds_no_day_is_no_trouble() -> None:
    odd = dossier("H17-269999-0001")
    assert narrow([odd], Entities(dates=(DateSaid("2/3", date(2026, 3, 2)),)), ZONE) is None


@pytest.mark.parametrize(
    ("code", "whose"),
    [
        ("H17.33.2-260302-0001", (Whose.CITY, None)),
        ("000.00.04.H47-200221-0001", (Whose.CITY, None)),
        ("G09.20-20260609-0092637", (Whose.MINISTRY, None)),
        ("03706/2026/07906", (Whose.MINISTRY, None)),
        ("000.00.01.H29-260310-0420", (Whose.ELSEWHERE, "TP.HCM")),
        ("ABCDEFGH", (Whose.CITY, None)),
        ("SOMEG091234", (Whose.CITY, None)),
    ],
)
def test_a_code_itself_says_whose_it_is(code: str, whose: tuple[Whose, str | None]) -> None:
    assert whose_code(code) == whose
