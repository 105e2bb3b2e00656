"""Columns are encrypted under the first key, read under all, and bound to where they belong."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.crypto import Cipher, generate_key
from storage.errors import UndecipherableValue

OLD, NEW = generate_key(), generate_key()
COLUMN = "dossiers.phone"
texts = st.text(st.characters(exclude_categories=["Cs"]))


@given(texts)
def test_what_is_encrypted_comes_back_and_never_looks_the_same_twice(text: str) -> None:
    cipher = Cipher([NEW])
    first, second = cipher.encrypt(text, COLUMN), cipher.encrypt(text, COLUMN)
    assert cipher.decrypt(first, COLUMN) == cipher.decrypt(second, COLUMN) == text
    assert first != second


def test_the_text_cannot_be_seen_in_the_value() -> None:
    assert b"Nguyen" not in Cipher([NEW]).encrypt("Nguyen Thi Binh", COLUMN)


def test_a_value_moved_to_another_column_does_not_open() -> None:
    cipher = Cipher([NEW])
    with pytest.raises(UndecipherableValue, match="another column"):
        cipher.decrypt(cipher.encrypt("Nguyen", "dossiers.name"), COLUMN)


@pytest.mark.parametrize("position", [17, -1])
def test_a_damaged_value_does_not_open(position: int) -> None:
    cipher = Cipher([NEW])
    value = bytearray(cipher.encrypt("Nguyen Thi Binh", COLUMN))
    value[position] ^= 1
    with pytest.raises(UndecipherableValue, match="damaged"):
        cipher.decrypt(bytes(value), COLUMN)


@pytest.mark.parametrize("length", [0, 1, 4, 5, 16, 17, 20])
def test_a_value_that_is_cut_off_does_not_open(length: int) -> None:
    cipher = Cipher([NEW])
    with pytest.raises(UndecipherableValue):
        cipher.decrypt(cipher.encrypt("Nguyen", COLUMN)[:length], COLUMN)


def test_a_value_of_an_unknown_format_does_not_open() -> None:
    cipher = Cipher([NEW])
    with pytest.raises(UndecipherableValue):
        cipher.decrypt(b"\x02" + cipher.encrypt("Nguyen", COLUMN)[1:], COLUMN)


def test_without_its_key_a_value_does_not_open_and_the_error_says_what_to_do() -> None:
    with pytest.raises(UndecipherableValue, match="HOSO_ENCRYPTION_KEYS"):
        Cipher([NEW]).decrypt(Cipher([OLD]).encrypt("Nguyen", COLUMN), COLUMN)


def test_after_a_change_of_keys_the_new_one_encrypts_and_both_decrypt() -> None:
    before = Cipher([OLD]).encrypt("Nguyen", COLUMN)
    rotated = Cipher([NEW, OLD])
    after = rotated.encrypt("Nguyen", COLUMN)
    assert rotated.decrypt(before, COLUMN) == rotated.decrypt(after, COLUMN) == "Nguyen"
    assert Cipher([NEW]).decrypt(after, COLUMN) == "Nguyen"
    assert (rotated.is_current(before), rotated.is_current(after)) == (False, True)


def test_none_stays_none() -> None:
    cipher = Cipher([NEW])
    assert cipher.encrypt_optional(None, COLUMN) is None
    assert cipher.decrypt_optional(None, COLUMN) is None
    assert cipher.decrypt_optional(cipher.encrypt_optional("", COLUMN), COLUMN) == ""


def test_look_up_hashes_are_keyed_and_cover_every_key() -> None:
    old, rotated = Cipher([OLD]), Cipher([NEW, OLD])
    assert old.lookup_hash("84905000001") != rotated.lookup_hash("84905000001")
    assert rotated.lookup_hash("84905000001") == Cipher([NEW]).lookup_hash("84905000001")
    assert rotated.lookup_hashes("84905000001") == [rotated.lookup_hash("84905000001"), old.lookup_hash("84905000001")]
    assert rotated.lookup_hash("84905000001") != rotated.lookup_hash("84905000002")


@pytest.mark.parametrize("keys", [[], [""], ["short"], [NEW, "short"], ["a" * 31]])
def test_a_missing_or_short_key_is_refused(keys: list[str]) -> None:
    with pytest.raises(ValueError):
        Cipher(keys)


def test_the_same_key_may_be_written_in_both_forms_of_base64_and_with_spaces() -> None:
    raw = b"\xfb\xff\xfe" + bytes(29)
    forms = [
        base64.b64encode(raw).decode(),
        base64.urlsafe_b64encode(raw).decode(),
        f" {base64.b64encode(raw).decode()}\n",
    ]
    value = Cipher([forms[0]]).encrypt("Nguyen", COLUMN)
    assert [Cipher([form]).decrypt(value, COLUMN) for form in forms] == ["Nguyen"] * 3


def test_a_key_written_in_hex_is_32_bytes_and_not_a_pass_phrase() -> None:
    raw = bytes(range(32))
    value = Cipher([raw.hex()]).encrypt("Nguyen", COLUMN)
    assert Cipher([base64.b64encode(raw).decode()]).decrypt(value, COLUMN) == "Nguyen"


def test_a_long_pass_phrase_is_a_key_too() -> None:
    phrase = "a pass phrase of more than 32 characters"
    assert Cipher([phrase]).decrypt(Cipher([phrase]).encrypt("Nguyen", COLUMN), COLUMN) == "Nguyen"


def test_made_keys_differ() -> None:
    assert len({generate_key() for _ in range(20)}) == 20
