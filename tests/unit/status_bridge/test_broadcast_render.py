"""What one person reads: placeholders, labels, links, and values that cannot do harm."""

import re
import string
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import status_bridge.broadcasts
from dossiers.gsm7 import GSM7_BASIC
from status_bridge.broadcasts.audience_rows import DOSSIER_VALUES, Recipient
from status_bridge.broadcasts.counting import mask_name
from status_bridge.broadcasts.estimating import bucket_of, left_for_status
from status_bridge.broadcasts.links import find_links
from status_bridge.broadcasts.placeholders import MAX_CHARS, UNKNOWN
from status_bridge.broadcasts.refusals import WORDS
from status_bridge.broadcasts.render import Rendered, Writer
from storage.audiences import Audience
from storage.broadcasts import Message

DOSSIERS = Audience(units=("H17",))
LIST = Audience(kind="list", list_id=1)
PARAMS = {"tieu_de": "Hồ sơ {ma_ho_so}", "noi_dung": "{ten}: {thu_tuc}, hạn {han}.", "don_vi": "{don_vi}"}
VALUES = {
    "ten": "Trần Thị Bảo Ngọc",
    "ma_ho_so": "H17.33.2-260302-0001",
    "thu_tuc": "Khai sinh",
    "don_vi": "UBND phường Hải Châu",
    "ngay_nop": "02/03/2026",
    "han": "17:00 ngày 05/03/2026",
}


def written(
    text: str,
    values: dict[str, str] | None = None,
    *,
    audience: Audience = DOSSIERS,
    purpose: str = "information",
    is_unicode: bool = False,
    language: str = "vi",
    is_shared: bool = False,
    **message: Any,
) -> Rendered:
    said = Message(text=text, **message)
    writer = Writer(said, audience, purpose, is_unicode=is_unicode)
    return writer.fill(VALUES if values is None else values, language=language, is_shared=is_shared)


def test_every_field_is_filled_for_the_person() -> None:
    said = written("Gửi {ten} ({ngay_nop}).", params=PARAMS, sms="{don_vi}: {ma_ho_so}")
    assert said.text == "Gửi Trần Thị Bảo Ngọc (02/03/2026)."
    assert said.params == {
        "tieu_de": "Hồ sơ H17.33.2-260302-0001",
        "noi_dung": "Trần Thị Bảo Ngọc: Khai sinh, hạn 17:00 ngày 05/03/2026.",
        "don_vi": "UBND phường Hải Châu",
    }
    assert said.sms == "UBND phuong Hai Chau: H17.33.2-260302-0001"
    assert said.as_content() == {"text": said.text, "params": said.params, "sms": said.sms}


def test_what_is_not_known_is_said_in_general_words_of_the_persons_language() -> None:
    empty = dict.fromkeys(DOSSIER_VALUES, "")
    assert written("Gửi {ten}, hạn {han}.", empty).text == "Gửi Ông/Bà, hạn theo giấy hẹn."
    assert written("To {ten}, {thu_tuc}.", {}, language="en").text == "To Sir or Madam, an administrative procedure."
    assert written("Nhà {so}.", {}, audience=LIST).text == "Nhà -."


def test_a_phone_of_many_people_is_told_nothing_of_a_dossier() -> None:
    said = written("{ten}|{ma_ho_so}|{thu_tuc}|{ngay_nop}|{han}|{don_vi}", is_shared=True, params=PARAMS)
    assert said.text == "Ông/Bà|đã nộp|thủ tục hành chính|đã nộp|theo giấy hẹn|UBND phường Hải Châu"
    told = repr(said)
    assert not any(VALUES[name] in told for name in ("ten", "ma_ho_so", "han"))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("{ten}", "(ten)"),
        ("{0.__class__}", "(0.__class__)"),
        ("<ma_ho_so>", "(ma_ho_so)"),
        ("a\nb\x00c\u202e", "a bc"),
        ("a\u0301", "á"),
        ("Xem https://lua.vn", "-"),
        ("lua.vn", "-"),
        ("x" * 101, "x" * 99 + "…"),
        ("", "-"),
        ("%s %(x)s $x ${x}", "%s %(x)s $x $(x)"),
    ],
)
def test_a_value_is_put_in_once_and_harms_nobody(value: str, shown: str) -> None:
    assert written("[{so}]", {"so": value}, audience=LIST).text == f"[{shown}]"


def test_advertising_says_so_first_everywhere_and_once() -> None:
    said = written("Hội chợ", purpose="advertising", params={"tieu_de": "Hội chợ", "don_vi": "Sở"})
    assert said.text == written("[QC] Hội chợ", purpose="advertising").text == "[QC] Hội chợ"
    assert said.params == {"tieu_de": "[QC] Hội chợ", "don_vi": "Sở"}
    assert written("Hội chợ").text == "Hội chợ"


def test_the_link_stands_at_the_end_once_and_never_in_the_template() -> None:
    link = "https://danang.gov.vn/a"
    said = written("Xem tin.", params={"tieu_de": "Tin"}, sms="Xem", link=link)
    assert (said.text, said.sms, said.params) == (f"Xem tin.\n{link}", f"Xem {link}", {"tieu_de": "Tin"})
    assert written(f"Xem {link} nhé.", link=link).text == f"Xem {link} nhé."


def test_a_short_message_is_plain_unless_the_sender_is_registered_for_more() -> None:
    assert written("x", sms="Điện {ten} [1]").sms == "Dien Tran Thi Bao Ngoc (1)"
    assert written("x", sms="Điện {ten}", is_unicode=True).sms == "Điện Trần Thị Bảo Ngọc"
    assert written("x", {"Số nhà": "Đ5"}, audience=LIST, sms="Nhà {Số nhà}").sms == "Nha D5"


def test_a_recipient_is_written_to_in_their_language() -> None:
    one = Recipient(
        key="1", phone="84905000001", phone_hash=b"", values={}, language="en", linked=False, is_shared=True
    )
    writer = Writer(Message(text="{ten}"), DOSSIERS, "information")
    assert writer.write(one).text == "Sir or Madam"


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(DOSSIER_VALUES), st.text(max_size=300)), st.sampled_from(["vi", "en"]))
def test_no_persons_message_is_longer_than_the_longest_nor_has_strange_signs(
    values: dict[str, str], language: str
) -> None:
    text = " ".join(f"{{{name}}}" for name in DOSSIER_VALUES)
    writer = Writer(Message(text=text, sms=text, params={"tieu_de": text}), DOSSIERS, "information")
    said, most = writer.fill(values, language=language), writer.longest()
    assert most.sms is not None
    assert said.sms is not None
    assert len(said.text) <= len(most.text)
    assert len(said.sms) <= len(most.sms)
    assert set(said.sms) <= GSM7_BASIC
    assert not set("{}<>\n\r\x00") & set(said.text + said.params["tieu_de"])
    assert not find_links(said.params["tieu_de"])


def test_general_words_are_no_longer_than_the_longest_value() -> None:
    for words in UNKNOWN.values():
        assert set(words) == set(DOSSIER_VALUES) == set(MAX_CHARS)
        assert all(len(word) <= MAX_CHARS[name] for name, word in words.items())


@pytest.mark.parametrize(
    ("name", "shown"),
    [("Trần Thị Bảo Ngọc", "T*** Ngọc"), ("Ngọc", "***"), ("", ""), ("Cty TNHH Đá Non Nước", "C*** Nước")],
)
def test_a_preview_shortens_names(name: str, shown: str) -> None:
    assert mask_name(name) == shown


@pytest.mark.parametrize(("messages", "bucket"), [(0, "0"), (1, "1-2"), (2, "1-2"), (3, "3-5"), (5, "3-5"), (6, "6+")])
def test_messages_of_a_week_fall_into_four_groups(messages: int, bucket: str) -> None:
    assert bucket_of(messages) == bucket


@pytest.mark.parametrize(
    ("by_phone", "remaining", "quota", "left"),
    [(10, None, None, None), (10, 100, None, 90), (200, 100, None, 0), (80, 100, 100, 30), (10, 20, 100, 20)],
)
def test_what_is_left_for_status_notices(
    by_phone: int, remaining: int | None, quota: int | None, left: int | None
) -> None:
    assert left_for_status(by_phone, remaining, quota, 0.3) == left


def test_every_word_of_a_refusal_is_listed_and_used() -> None:
    folder = Path(next(iter(status_bridge.broadcasts.__path__)))
    code = "\n".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py") if path.name != "refusals.py")
    said = set(re.findall(r'(?:refuse\(|BroadcastRefused\()\s*"(\w+)"', code))
    assert said <= set(WORDS)
    assert {word for word in WORDS if f'"{word}"' not in code} == set()
    assert all(set(word) <= set(string.ascii_lowercase + "_") for word in WORDS)
