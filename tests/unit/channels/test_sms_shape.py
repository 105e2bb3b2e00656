"""How a text becomes a short message: plain letters, parts, price (docs: zalo 10.3)."""

from __future__ import annotations

import unicodedata

import pytest
from pydantic import SecretStr

from channels.base import OutgoingMessage, Recipient
from channels.errors import BadMessage, RecipientUnreachable
from channels.sms.message import take_phone, to_local_phone
from channels.sms.shape import Shaper, ShortText
from dossiers.text import sms_parts, to_gsm7

PLAIN = Shaper(to_gsm7, sms_parts, vnd_per_part=500, max_parts=3)
UNICODE = Shaper(to_gsm7, sms_parts, vnd_per_part=500, max_parts=3, is_unicode=True)


def test_diacritics_go_and_the_price_is_told() -> None:
    assert PLAIN.shape(" Hồ sơ đã có kết quả. ") == ShortText("Ho so da co ket qua.", 1, 500)


def test_decomposed_words_give_the_same() -> None:
    assert PLAIN.shape(unicodedata.normalize("NFD", "Đà Nẵng")).content == "Da Nang"


def test_a_sender_name_with_unicode_keeps_the_words_in_nfc_and_costs_more() -> None:
    words = "Hồ sơ đã có kết quả. " * 4
    assert UNICODE.shape(unicodedata.normalize("NFD", words)) == ShortText(words.strip(), 2, 1000)
    assert PLAIN.shape(words).parts == 1


@pytest.mark.parametrize(("chars", "parts"), [(160, 1), (161, 2), (306, 2), (307, 3), (459, 3)])
def test_parts_without_diacritics(chars: int, parts: int) -> None:
    assert PLAIN.shape("a" * chars) == ShortText("a" * chars, parts, parts * 500)


@pytest.mark.parametrize(("chars", "parts"), [(70, 1), (71, 2), (134, 2), (135, 3), (201, 3)])
def test_parts_with_diacritics(chars: int, parts: int) -> None:
    assert UNICODE.shape("ế" * chars).parts == parts


@pytest.mark.parametrize(("shaper", "text"), [(PLAIN, "a" * 460), (UNICODE, "ế" * 202)])
def test_one_part_too_many_is_refused_with_the_numbers(shaper: Shaper, text: str) -> None:
    with pytest.raises(BadMessage, match="text_too_long: 4 parts, and 3 are allowed"):
        shaper.shape(text)


@pytest.mark.parametrize("text", [None, "", " \n ", "\u200b", "😀"])
def test_no_words_no_message(text: str | None) -> None:
    with pytest.raises(BadMessage, match="no_text"):
        PLAIN.shape(text)


@pytest.mark.parametrize("text", ["a\0b", "a\ud800b"])
@pytest.mark.parametrize("shaper", [PLAIN, UNICODE])
def test_what_no_gateway_can_take_is_refused(shaper: Shaper, text: str) -> None:
    with pytest.raises(BadMessage, match="NUL or a lone surrogate"):
        shaper.shape(text)


def sms(phone: str | None) -> OutgoingMessage:
    return OutgoingMessage(
        reference="n-1", recipient=Recipient(phone=None if phone is None else SecretStr(phone)), text="x"
    )


@pytest.mark.parametrize(
    "phone", ["0905123456", "+84905123456", "842363822000", "84905123456 ", "8490512345", "849051234567", ""]
)
def test_a_number_of_the_wrong_form_never_leaves(phone: str) -> None:
    with pytest.raises(RecipientUnreachable, match="phone_form") as caught:
        take_phone(sms(phone))
    assert not caught.value.try_other_channel


def test_no_number_points_to_another_channel() -> None:
    with pytest.raises(RecipientUnreachable, match="no_phone") as caught:
        take_phone(sms(None))
    assert caught.value.try_other_channel


def test_numbers_as_gateways_write_them() -> None:
    assert to_local_phone(take_phone(sms("84905123456"))) == "0905123456"
