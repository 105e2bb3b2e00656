import pytest

from emulator.sms.alphabet import choose_encoding, count_parts, is_gsm
from emulator.sms.carriers import carrier_of
from emulator.sms.recent import DAY_MS, RecentSends


@pytest.mark.parametrize(
    ("text", "encoding", "parts"),
    [
        ("", "gsm7", 1),
        ("a" * 160, "gsm7", 1),
        ("a" * 161, "gsm7", 2),
        ("a" * 306, "gsm7", 2),
        ("a" * 307, "gsm7", 3),
        ("a" * 459, "gsm7", 3),
        ("a" * 460, "gsm7", 4),
        ("{" * 80, "gsm7", 1),
        ("{" * 81, "gsm7", 2),
        ("a" * 152 + "€" + "b" * 152, "gsm7", 3),  # 306 units, but the escape may not be cut from its character
        ("ồ" * 70, "unicode", 1),
        ("ồ" * 71, "unicode", 2),
        ("ồ" * 134, "unicode", 2),
        ("ồ" * 135, "unicode", 3),
        ("ồ" * 201, "unicode", 3),
        ("😀" * 35, "unicode", 1),
        ("😀" * 36, "unicode", 2),
        ("ồ" * 66 + "😀" + "ồ" * 66, "unicode", 3),  # 134 units, but a pair may not be cut
    ],
)
def test_a_text_falls_into_the_documented_parts(text: str, encoding: str, parts: int) -> None:
    assert choose_encoding(text) == encoding
    assert count_parts(text, choose_encoding(text)) == parts


@pytest.mark.parametrize("text", ["Ho so H29-1", "à è ì ò ù", "^{}\\[~]|€\n", "ΔΩ£¥§Ñ"])
def test_the_gsm_alphabet_holds_more_than_ascii(text: str) -> None:
    assert is_gsm(text)


@pytest.mark.parametrize("text", ["á", "đ", "Hồ sơ", "`", "\t", "“", "a\u0300"])
def test_vietnamese_and_typographic_signs_are_not_gsm(text: str) -> None:
    assert not is_gsm(text)


@pytest.mark.parametrize(
    ("phone", "telco_id"),
    [
        ("84987654321", 1),
        ("84905123456", 2),
        ("84912345678", 3),
        ("84921234567", 4),
        ("84991234567", 5),
        ("84871234567", 6),
        ("84551234567", 7),
        ("84951234567", 0),
    ],
)
def test_a_prefix_tells_the_carrier(phone: str, telco_id: int) -> None:
    assert carrier_of(phone).telco_id == telco_id


def test_a_recent_send_is_found_for_its_time_and_forgotten_after_a_day() -> None:
    recent = RecentSends()
    recent.remember("a", 0, "order-1")
    assert recent.find("a", 5_000, 300) == (5.0, "order-1")
    assert recent.find("a", 300_000, 300) is None
    assert recent.find("b", 0, 300) is None
    recent.remember("b", DAY_MS + 1, "order-2")
    assert list(recent.snapshot()) == ["b"]
