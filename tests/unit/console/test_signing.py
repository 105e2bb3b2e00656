"""Passwords, codes, grants and cells, without any server."""

import asyncio

import pytest

from console import totp
from console.admin.grants import UnreadableGrant, describe, read_grant
from console.devices import name_device
from console.passwords import AT_ONCE, MAX_WAITING, Passwords, TooBusy, find_faults, temporary_password
from console.spreadsheets import harmless
from storage.officers import Grant, Role

NOW = 1_772_000_010.0


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("ngắn quá", "short"), ("x" * 300, "long"), ("Password123456", "common"), ("P@ssw0rd2026!", "common"),
        ("matkhau123456", "common"), ("Mật khẩu Đà Nẵng 2026", "common"), ("0905123456 0905", "common"),
        ("aaaaaaaaaaaa", "common"), ("abcdefghijklmnop", "common"), ("QWERTYUIOPasdfgh", "common"),
        ("danang danang 43", "common"), ("lan.nguyen lá xanh", "own_name"), ("nguyenthilan-777", "own_name"),
    ],
)  # fmt: skip
def test_what_others_guess_first_is_no_password(password: str, fault: str) -> None:
    assert find_faults(password, login="lan.nguyen", name="Nguyễn Thị Lan") == [fault]


@pytest.mark.parametrize(
    "password", ["chim én bay qua cầu Rồng", "k7#mQ2vL9pXe", "mưa rào tháng sáu", "biển Mỹ Khê 5 giờ sáng"]
)
def test_a_short_sentence_is_a_password(password: str) -> None:
    assert find_faults(password, login="lan", name="Trần Văn Bình") == []


def test_temporary_passwords_pass_their_own_rules() -> None:
    made = {temporary_password() for _ in range(50)}
    assert len(made) == 50
    assert not any(find_faults(one, login="lan", name="Lan") for one in made)


async def test_only_a_few_hashes_run_at_once_and_too_many_are_sent_away() -> None:
    passwords = Passwords(memory_kib=1024)
    tries = [asyncio.create_task(passwords.is_right(None, "gì cũng được")) for _ in range(MAX_WAITING + 5)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    passwords.close()
    assert [type(result) for result in results].count(TooBusy) == 5
    assert results.count(False) == MAX_WAITING
    assert AT_ONCE <= 4


def test_codes_hold_one_step_early_and_late() -> None:
    secret = totp.new_secret()
    step = int(NOW // totp.STEP_SECONDS)
    for offset in (-1, 0, 1):
        assert totp.find_step(secret, totp.code_at(secret, NOW + 30 * offset), NOW) == step + offset
    for offset in (-2, 2):
        code = totp.code_at(secret, NOW + 30 * offset)
        assert totp.find_step(secret, code, NOW) in (None, *range(step - 1, step + 2))
    for text in ("", "12345", "1234567", "١٢٣٤٥٦", "12345a", "-12345"):
        assert totp.find_step(secret, text, NOW) is None
    spaced = totp.code_at(secret, NOW)
    assert totp.find_step(secret, f" {spaced[:3]} {spaced[3:]} ", NOW) == step


def test_the_codes_are_those_of_the_standard() -> None:
    """RFC 6238, appendix B, SHA-1: the last six of its eight digits."""
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    assert totp.code_at(secret, 59) == "287082"
    assert totp.code_at(secret, 1_111_111_109) == "081804"
    assert totp.code_at(secret, 20_000_000_000) == "353130"


def test_recovery_codes_are_read_however_they_are_typed() -> None:
    [code, *others] = totp.new_recovery_codes()
    assert len({code, *others}) == 10
    assert totp.hash_recovery_code(code) == totp.hash_recovery_code(f" {code.lower().replace('-', ' ')} ")
    assert totp.is_recovery_code(code.lower())
    assert not totp.is_recovery_code("123456")


def test_the_picture_is_a_data_address_of_svg() -> None:
    address = totp.address_of("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "lan")
    assert address.startswith("otpauth://totp/")
    assert totp.picture_of(address).startswith("data:image/svg+xml")


@pytest.mark.parametrize("text", ["author@H17.33.2", "approver@*", "viewer@H17"])
def test_a_grant_is_read_as_it_is_written(text: str) -> None:
    assert describe(read_grant(text)) == text


def test_a_grant_without_a_unit_holds_everywhere_and_others_are_named() -> None:
    assert read_grant("Approver") == Grant("*", Role.APPROVER)
    for text in ("boss@*", "author@", "author@H17 33", "author@'; --", "@*"):
        with pytest.raises(UnreadableGrant):
            read_grant(text)


@pytest.mark.parametrize("cell", ["=1+1", "+84", "-1", "@SUM(A1)", "\t=1", "  =cmd|' /C calc'!A0", "＝1"])
def test_no_cell_begins_a_formula(cell: str) -> None:
    made = harmless(cell)
    assert made.startswith("'")
    assert made.replace("'", "") == cell.replace("'", "")


def test_ordinary_cells_stay_as_they_are() -> None:
    assert [harmless(cell) for cell in ("", "H17.33.2-1", "Đà Nẵng", "1=1")] == ["", "H17.33.2-1", "Đà Nẵng", "1=1"]


def test_devices_are_named_as_people_know_them() -> None:
    windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36"
    assert name_device(windows) == "Chrome · Windows"
    assert name_device(windows + " Edg/140.0") == "Edge · Windows"
    assert name_device("curl/8") == "curl/8"
