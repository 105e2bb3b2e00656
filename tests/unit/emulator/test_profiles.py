from typing import Any

import pytest

from emulator.profiles import Profiles, read_shared_info

NEW_FORM = {
    "name": "Nguyễn Văn A",
    "phone": "84987654321",
    "user_dob": "01/01/1990",
    "gender": "male",
    "full_address": {"user_address": "1 Lê Lợi", "user_ward": "Bến Nghé", "user_city": "TP. Hồ Chí Minh"},
}
OLD_FORM = {"name": "An", "phone": 84987654321, "address": "1 Lê Lợi", "city": "Huế", "district": "Phú Vang", "x": [1]}


@pytest.mark.parametrize(
    ("info", "shared"),
    [
        (NEW_FORM, {"name": "Nguyễn Văn A", "phone": "84987654321", "address": "1 Lê Lợi", "city": "TP. Hồ Chí Minh",
                    "district": "Bến Nghé", "user_dob": "01/01/1990"}),
        (OLD_FORM, {"name": "An", "phone": "84987654321", "address": "1 Lê Lợi", "city": "Huế",
                    "district": "Phú Vang"}),
        ({"dob": "02/02/1980", "name": ""}, {"user_dob": "02/02/1980"}),
        ({}, {}),
    ],
)  # fmt: skip
def test_shared_information_is_read_from_newer_and_older_forms(info: dict[str, Any], shared: dict[str, str]) -> None:
    assert read_shared_info(info) == shared


def test_what_is_shared_adds_up_until_the_citizen_withdraws() -> None:
    profiles = Profiles()
    profiles.share("1", {"name": "An"})
    profiles.share("1", {"phone": "84987654321"})
    profiles.rename("1", "Bà An")
    profiles.note("1", "gọi lại")
    assert profiles.get("1").shared_info == {"name": "An", "phone": "84987654321"}
    profiles.forget("1")
    profiles.forget("nobody")
    assert (profiles.get("1").shared_info, profiles.get("1").alias, profiles.get("1").notes) == (
        {},
        "Bà An",
        ["gọi lại"],
    )


def test_a_tag_is_made_by_its_first_user_and_gone_with_its_removal() -> None:
    profiles = Profiles()
    assert profiles.tag("1", "đã nộp")
    assert not profiles.tag("1", "đã nộp")
    assert profiles.tag("2", "đã nộp")
    assert profiles.tag("2", "cần gọi")
    assert profiles.tags() == ["đã nộp", "cần gọi"]
    assert not profiles.untag("1", "cần gọi")
    assert profiles.untag("2", "cần gọi")
    assert profiles.remove_tag("đã nộp") == ["1", "2"]
    assert profiles.remove_tag("đã nộp") is None
    assert profiles.get("1").tags == profiles.get("2").tags == []
    assert profiles.tags() == ["cần gọi"]


def test_profiles_survive_a_snapshot() -> None:
    profiles = Profiles()
    profiles.tag("1", "một")
    profiles.tag("2", "hai")
    profiles.untag("2", "hai")
    profiles.share("2", NEW_FORM)
    again = Profiles()
    again.restore(profiles.snapshot())
    assert again.snapshot() == profiles.snapshot()
    assert set(again.tagged("một")) == {"1"}
    assert again.tags() == ["một", "hai"]


def test_reading_a_profile_remembers_nothing() -> None:
    profiles = Profiles()
    profiles.get("1").tags.append("lost")
    assert profiles.get("1").tags == []
    assert profiles.snapshot() == {"tags": [], "users": {}}
