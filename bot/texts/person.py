"""Talking with a person: the queue, the hours, and what a hand-over says of itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from dossiers.calendar import format_date_en, format_date_vi


@dataclass(frozen=True, slots=True)
class PersonWords:
    """The texts in one language; `{…}` are filled in."""

    queued: str
    """In office hours; `{number}`, `{place}`, `{minutes}`, `{until}`"""
    queued_later: str
    """Outside them; `{number}`, `{place}`, `{opens}`"""
    queued_past_closing: str
    """In office hours, but the turn comes on another day; `{number}`, `{place}`, `{until}`"""
    still_waiting: str
    """Asked again; `{number}`, `{place}`, `{until}`"""
    with_officer: str
    """Asked again while an officer talks; `{number}`"""
    meanwhile: str
    """What the assistant does until then"""
    by_phone: str
    """The hotline"""
    phone_hours: str
    """The hotline, to somebody who asked for a number; `{hours}`"""
    ended: str
    """By the citizen"""
    nothing_to_end: str
    """There was no hand-over"""
    officer_is_here: str
    """An officer has taken it"""
    closed: str
    """By the officer"""
    closed_with_summary: str
    """By the officer; `{summary}`"""
    idle: str
    """Nobody said anything for long"""
    said: str
    """Before an officer's words; `{text}`"""
    call: str
    """Button: the hotline"""
    wait: str
    """Button: into the queue"""
    end: str
    """Button: end it"""
    format_moment: Callable[[datetime], str]
    """A moment in local time"""


VI = PersonWords(
    queued=(
        "Đã chuyển Ông/Bà tới cán bộ. Mã yêu cầu: {number}.\n"
        "Ông/Bà ở vị trí số {place} trong hàng chờ.\n"
        "Cán bộ dự kiến trả lời sau khoảng {minutes} phút, trước {until}."
    ),
    queued_later=(
        "Hiện đang ngoài giờ làm việc, chưa có cán bộ trực chat.\n"
        "Yêu cầu của Ông/Bà đã được ghi nhận, mã {number}, vị trí số {place} trong hàng chờ.\n"
        "Cán bộ làm việc lại từ {opens}."
    ),
    queued_past_closing=(
        "Đã chuyển Ông/Bà tới cán bộ. Mã yêu cầu: {number}, vị trí số {place} trong hàng chờ.\n"
        "Hôm nay cán bộ có thể không kịp trả lời. Dự kiến trả lời trước {until}."
    ),
    still_waiting=(
        "Ông/Bà đang trong hàng chờ, vị trí số {place}. Mã yêu cầu: {number}.\nCán bộ dự kiến trả lời trước {until}."
    ),
    with_officer="Cán bộ đang trò chuyện với Ông/Bà tại đây. Mã yêu cầu: {number}.",
    meanwhile="Trong lúc chờ, trợ lý tự động vẫn trả lời những câu hỏi đơn giản.",
    by_phone="Nếu gấp, Ông/Bà gọi tổng đài 1022, nhánh 3.",
    phone_hours=(
        "Tổng đài dịch vụ công của thành phố: 1022, nhánh 3. Số dự phòng: 0236.383.1022.\n"
        "Cán bộ trực chat tại đây trong giờ làm việc: {hours}.\n"
        "Chúng tôi không cung cấp số điện thoại riêng của cán bộ."
    ),
    ended="Đã kết thúc yêu cầu gặp cán bộ. Trợ lý tự động tiếp tục trả lời Ông/Bà.",
    nothing_to_end="Ông/Bà hiện không có yêu cầu gặp cán bộ nào.",
    officer_is_here=(
        "Cán bộ đã vào trò chuyện với Ông/Bà. Trợ lý tự động tạm dừng trả lời.\nĐể kết thúc, Ông/Bà nhắn: #end"
    ),
    closed="Cán bộ đã kết thúc cuộc trò chuyện. Trợ lý tự động tiếp tục trả lời Ông/Bà.",
    closed_with_summary=(
        "Cán bộ đã kết thúc cuộc trò chuyện.\nTóm tắt của cán bộ: {summary}\nTrợ lý tự động tiếp tục trả lời Ông/Bà."
    ),
    idle=(
        "Cuộc trò chuyện với cán bộ đã kết thúc vì lâu không có tin nhắn.\n"
        "Trợ lý tự động tiếp tục trả lời. Khi cần cán bộ, Ông/Bà nhắn: #person"
    ),
    said="Cán bộ: {text}",
    call="Gọi tổng đài 1022",
    wait="Gặp cán bộ tại đây",
    end="Thôi, không cần nữa",
    format_moment=format_date_vi,
)
EN = PersonWords(
    queued=(
        "You are passed on to an officer. Request number: {number}.\n"
        "Your place in the queue is {place}.\n"
        "An officer should answer in about {minutes} minutes, before {until}."
    ),
    queued_later=(
        "It is outside office hours, so no officer is in the chat now.\n"
        "Your request is noted, number {number}, place {place} in the queue.\n"
        "Officers are back from {opens}."
    ),
    queued_past_closing=(
        "You are passed on to an officer. Request number: {number}, place {place} in the queue.\n"
        "Officers may not reach you today. Expect an answer before {until}."
    ),
    still_waiting="You are in the queue at place {place}. Request number: {number}.\nExpect an answer before {until}.",
    with_officer="An officer is talking with you here. Request number: {number}.",
    meanwhile="While you wait, the automatic assistant still answers simple questions.",
    by_phone="If it is urgent, please call the hotline 1022, extension 3.",
    phone_hours=(
        "The city's public service hotline: 1022, extension 3. Backup number: 0236.383.1022.\n"
        "Officers chat here in office hours: {hours}.\n"
        "We do not give out officers' own phone numbers."
    ),
    ended="Your request for an officer has ended. The automatic assistant answers you again.",
    nothing_to_end="You have no request for an officer at the moment.",
    officer_is_here=(
        "An officer has joined the chat. The automatic assistant keeps silent.\nTo end the chat, please type: #end"
    ),
    closed="The officer has ended the chat. The automatic assistant answers you again.",
    closed_with_summary=(
        "The officer has ended the chat.\nThe officer's summary: {summary}\nThe automatic assistant answers you again."
    ),
    idle=(
        "The chat with the officer has ended, because nothing was said for long.\n"
        "The automatic assistant answers again. To reach an officer, type: #person"
    ),
    said="Officer: {text}",
    call="Call the hotline 1022",
    wait="Talk to an officer here",
    end="Never mind",
    format_moment=format_date_en,
)

WORDS: Mapping[str, PersonWords] = {"vi": VI, "en": EN}


def words_of(language: str) -> PersonWords:
    """Return the texts in a language; Vietnamese for one that we do not have."""
    return WORDS.get(language, VI)


def in_all_languages(name: str, **values: str) -> dict[str, str]:
    """Return one of the texts by language, for whoever does not know whom it goes to."""
    return {language: getattr(words, name).format(**values) for language, words in WORDS.items()}
