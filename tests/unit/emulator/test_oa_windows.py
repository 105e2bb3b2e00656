"""Windows and money of consultation messages, and the limits of advertising (docs: zalo 4.7)."""

import pytest

from emulator.allowances import Allowances
from emulator.clock import parse_moment
from emulator.config import EmulatorConfig
from emulator.errors import Refused
from emulator.groups import Group, Groups
from emulator.oa.broadcast import check_night
from emulator.oa.windows import FREE_WINDOW_MS, WINDOW_MS, charge, check_reachable, check_window
from emulator.phones import Phone

START_MS = 10**12


def talking() -> Phone:
    phone = Phone(phone="84900000000", user_id="1")
    phone.interact(START_MS)
    return phone


def test_the_window_is_free_for_48_hours_and_closes_after_seven_days() -> None:
    with pytest.raises(Refused, match="-232"):
        check_window(Phone(phone="84900000000", user_id="1"), START_MS)
    phone = talking()
    assert check_window(phone, START_MS + FREE_WINDOW_MS)
    assert not check_window(phone, START_MS + FREE_WINDOW_MS + 1)
    assert not check_window(phone, START_MS + WINDOW_MS)
    with pytest.raises(Refused, match="-230"):
        check_window(phone, START_MS + WINDOW_MS + 1)


@pytest.mark.parametrize(("flag", "code"), [("zalo", "-222"), ("inactive", "-222"), ("blocked", "-227")])
def test_who_cannot_be_reached_has_a_code(flag: str, code: str) -> None:
    phone = talking()
    check_reachable(phone)
    setattr(phone, flag, not getattr(phone, flag))
    with pytest.raises(Refused, match=code):
        check_reachable(phone)


def test_free_replies_come_first_then_the_package_then_nothing() -> None:
    phone, config = talking(), EmulatorConfig(free_replies_per_window=1, package_replies=1)
    assert charge(phone, True, 1, config) == {"quota_type": "reply", "remain": "0", "total": "1"}
    assert charge(phone, True, 1, config) == {"quota_type": "sub_quota", "remain": "0", "total": "1"}
    with pytest.raises(Refused, match="-211"):
        charge(phone, True, 0, config)


def test_a_message_of_the_citizen_renews_the_free_replies() -> None:
    phone, config = talking(), EmulatorConfig(free_replies_per_window=1)
    charge(phone, True, 1, config)
    phone.interact(START_MS + 1)
    assert charge(phone, True, 1, config)["quota_type"] == "reply"


def test_without_a_number_every_reply_in_the_free_hours_is_free() -> None:
    phone, config = talking(), EmulatorConfig(free_replies_per_window=None, package_replies=5)
    assert {charge(phone, True, 5, config)["quota_type"] for _ in range(50)} == {"reply"}
    assert charge(phone, False, 5, config) == {"quota_type": "sub_quota", "remain": "4", "total": "5"}


@pytest.mark.parametrize(("is_free_window", "code"), [(True, "-311"), (False, "-305")])
def test_the_older_codes_come_by_setting(is_free_window: bool, code: str) -> None:
    config = EmulatorConfig(free_replies_per_window=0, older_reply_codes=True)
    with pytest.raises(Refused, match=code):
        charge(talking(), is_free_window, 5, config)


@pytest.mark.parametrize(
    ("moment", "is_refused"),
    [("05:59:59", True), ("06:00", False), ("21:59:59", False), ("22:00", True), ("00:00", True)],
)
def test_advertising_goes_out_by_day_only(moment: str, is_refused: bool) -> None:
    now_ms = parse_moment(f"2026-03-05T{moment}+07:00")
    check_night(EmulatorConfig(promotion_night_rule=False), now_ms)
    if is_refused:
        with pytest.raises(Refused, match="-234"):
            check_night(EmulatorConfig(), now_ms)
    else:
        check_night(EmulatorConfig(), now_ms)


def test_a_person_gets_so_many_promotions_a_day_and_a_month() -> None:
    allowances = Allowances(EmulatorConfig(promotions_per_user_day=2, promotions_per_user_month=3))
    today = parse_moment("2026-03-05T10:00+07:00")
    tomorrow, next_month = parse_moment("2026-03-06T00:00+07:00"), parse_moment("2026-04-01T00:00+07:00")
    allowances.take_promotion("1", today)
    allowances.take_promotion("1", today)
    assert allowances.promotions_left("1", today) == (0, 1)
    with pytest.raises(Refused, match="-218"):
        allowances.take_promotion("1", today)
    allowances.take_promotion("2", today)
    allowances.take_promotion("1", tomorrow)
    with pytest.raises(Refused, match="-218"):
        allowances.take_promotion("1", tomorrow)
    allowances.take_promotion("1", next_month)


def test_allowances_and_groups_survive_a_restart() -> None:
    config = EmulatorConfig(package_broadcasts=1)
    allowances, groups = Allowances(config), Groups()
    allowances.take_broadcast()
    allowances.take_promotion("1", START_MS)
    groups.put(Group("g", "Tổ dân phố", ("1", "2"), is_disabled=True))
    restored, groups_again = Allowances(config), Groups()
    restored.restore(allowances.snapshot())
    groups_again.restore(groups.snapshot())
    assert restored.promotions_left("1", START_MS) == allowances.promotions_left("1", START_MS)
    assert groups_again.all() == groups.all()
    with pytest.raises(Refused, match="-211"):
        restored.take_broadcast()
