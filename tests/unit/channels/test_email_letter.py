"""A message as a letter: every limit is checked before a connection is opened, and no header can be slipped in."""

from __future__ import annotations

import email
import unicodedata
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from channels.base import OutgoingMessage, Recipient, TemplateContent
from channels.content import Feature, OpenUrl, Sticker
from channels.email.address import is_address
from channels.email.channel import EmailChannel
from channels.email.config import EmailConfig
from channels.email.letter import compose
from channels.errors import BadMessage, RecipientUnreachable

CONFIG = EmailConfig(host="127.0.0.1", security="none", sender="hoso@danang.gov.vn")
NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
ADDRESS = "lan.nguyen@example.vn"


def message(**changes: Any) -> OutgoingMessage:
    fields = {
        "reference": "n-01HZX3",
        "recipient": Recipient(email=SecretStr(ADDRESS)),
        "text": "Hồ sơ đã có kết quả.\n.\nMời bạn đến nhận.",
        "subject": "Hồ sơ H17.33.2-260302-0001",
    }
    return OutgoingMessage(**(fields | changes))


def written(**changes: Any) -> EmailMessage:
    """What a mail program reads from the bytes that leave."""
    raw = compose(message(**changes), CONFIG, written_at=NOW).as_bytes()
    assert raw.isascii()
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert max(len(line) for line in raw.splitlines()) <= 78
    return email.message_from_bytes(raw, policy=default)


def test_a_letter_says_from_whom_to_whom_what_and_when() -> None:
    letter = written()
    assert str(letter["From"]) == "Báo Hồ Sơ <hoso@danang.gov.vn>"
    assert str(letter["To"]) == ADDRESS
    assert letter["Subject"] == "Hồ sơ H17.33.2-260302-0001"
    assert letter["Date"].datetime == NOW
    assert letter["Message-ID"] == "<n-01HZX3@danang.gov.vn>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter.get_content_type() == "text/plain"
    assert letter.get_content().splitlines() == (message().text or "").splitlines()


def test_the_longest_reference_still_is_one_message_id() -> None:
    assert written(reference="n" * 48)["Message-ID"] == f"<{'n' * 48}@danang.gov.vn>"


def test_a_long_vietnamese_subject_comes_through_whole() -> None:
    subject = " ".join(["Nguyễn Thị Phượng đề nghị bổ sung giấy tờ"] * 4)
    assert written(subject=subject)["Subject"] == subject


def test_words_go_out_composed() -> None:
    letter = written(text=unicodedata.normalize("NFD", "Đà Nẵng"), subject=unicodedata.normalize("NFD", "Hồ sơ"))
    assert (letter.get_content().strip(), letter["Subject"]) == ("Đà Nẵng", "Hồ sơ")


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"])
def test_no_line_end_in_a_subject_adds_a_header(end: str) -> None:
    letter = written(subject=f"Hồ sơ{end}Bcc: somebody@example.vn")
    assert letter["Bcc"] is None
    assert letter["Subject"] == "Hồ sơ Bcc: somebody@example.vn"


def test_signs_that_nobody_sees_leave_a_subject() -> None:
    assert written(subject="Hồ\x07 sơ\u202e 1\x1b[0m")["Subject"] == "Hồ sơ 1[0m"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"text": " \n "}, "no_text"),
        ({"text": None, "template": TemplateContent(template_id="1", params={})}, "no_text"),
        ({"subject": None}, "no_subject"),
        ({"subject": " \x07 "}, "no_subject"),
        ({"subject": "x" * 201}, "text_too_long"),
        ({"text": "ế" * 20_001}, "text_too_long"),
        ({"text": "a\0b"}, "text"),
        ({"subject": "a\ud800b"}, "text"),
        ({"quote_message_id": "m-1"}, "not_supported"),
        ({"attachment": Sticker(sticker_id="s")}, "not_supported"),
        ({"buttons": (OpenUrl(title="Mở", url="https://a.vn"),)}, "not_supported"),
    ],
)
def test_what_is_no_letter_is_refused(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(BadMessage) as caught:
        written(**changes)
    assert caught.value.code == code


def test_the_longest_letter_passes() -> None:
    assert len(written(text="ế" * 20_000, subject="x" * 200).get_content().strip()) == 20_000


@pytest.mark.parametrize(
    "address",
    [
        "",
        "lan",
        "lan@",
        "@example.vn",
        "lan@localhost",
        "lan@@example.vn",
        "lan lan@example.vn",
        ".lan@example.vn",
        "lan.@example.vn",
        "la..n@example.vn",
        "lan@example..vn",
        "lan@-example.vn",
        "lan@example.vn-",
        "lan@example.vn\n",
        "lan@example.vn\r\nBcc: x@example.vn",
        "lan@example.vn,x@example.vn",
        "Lan <lan@example.vn>",
        '"lan lan"@example.vn',
        "lan@[127.0.0.1]",
        "lân@example.vn",
        "lan@exámple.vn",
        "lan\0@example.vn",
        "l" * 65 + "@example.vn",
        "lan@" + "a." * 130 + "vn",
    ],
)
def test_what_is_no_address_is_not_written_to(address: str) -> None:
    assert not is_address(address)
    with pytest.raises(RecipientUnreachable, match="email_form"):
        written(recipient=Recipient(email=SecretStr(address)))


@pytest.mark.parametrize("address", [ADDRESS, "a@b.vn", "a+tag_1@sub.domain-x.gov.vn", "l" * 64 + "@example.vn"])
def test_addresses_that_people_have_are_written_to(address: str) -> None:
    assert str(written(recipient=Recipient(email=SecretStr(address)))["To"]) == address


def test_nobody_to_write_to() -> None:
    with pytest.raises(RecipientUnreachable, match="no_email"):
        written(recipient=Recipient())


@pytest.mark.parametrize(
    "changes",
    [
        {"host": "mail.example.vn"},
        {"sender": "hoso"},
        {"sender": "hoso@danang.gov.vn\r\nBcc: x@example.vn"},
        {"sender_name": "Báo\r\nBcc: x@example.vn"},
        {"user": "hoso"},
        {"password": SecretStr("secret")},
    ],
    ids=["clear-to-elsewhere", "no-address", "header-in-sender", "header-in-name", "no-password", "no-user"],
)
def test_settings_that_cannot_be_right_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        EmailConfig(**(CONFIG.model_dump() | changes))


def test_an_unreadable_file_of_certificates_is_told_with_what_to_do() -> None:
    config = CONFIG.model_copy(update={"security": "tls", "certificate_file": "/nowhere/ca.pem"})
    with pytest.raises(ValueError, match=r"cannot read the certificates in /nowhere/ca\.pem; give a PEM file"):
        EmailChannel(config)


def test_the_channel_says_what_it_carries() -> None:
    assert EmailChannel.features == {Feature.TEXT, Feature.SUBJECT}
