import pytest

from emulator.config import EmulatorConfig
from emulator.phones import PhoneBook, normalise_phone

CONFIG = EmulatorConfig()


@pytest.mark.parametrize("written", ["0905123456", "84905123456", "+84905123456", "0905 123 456", "+84 (905) 123-456"])
def test_a_phone_may_be_written_in_any_form(written: str) -> None:
    assert normalise_phone(written) == "84905123456"


@pytest.mark.parametrize("written", ["", "02363123456", "12345", "84", "٠٩٠٥١٢٣٤٥٦", "09051234567"])
def test_what_is_no_mobile_is_none(written: str) -> None:
    assert normalise_phone(written) is None


def test_phones_that_nobody_registered_are_forgotten_beyond_the_limit() -> None:
    book = PhoneBook(max_unregistered=2)
    kept = book.register("84900000000")
    for number in range(84900000001, 84900000005):
        book.find_or_create(str(number))
    assert [phone.phone for phone in book.all()] == ["84900000000", "84900000003", "84900000004"]
    assert book.by_user(kept.user_id) is kept
    assert book.find_or_create("84900000001").user_id.isdecimal()
