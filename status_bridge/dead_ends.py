"""What a notice's reason means in words, and what an officer can do: one table, pure (docs: zalo 4.8, 6.6).

A reason is a word, or a class of error with the platform's code (`needs_human:-136`), perhaps behind what made an end
of it (`too_old:platform_down:connect`). The most specific row counts: class and code, then the class.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

VI, EN = "vi", "en"


@dataclass(frozen=True, slots=True)
class DeadEnd:
    """Why a notice did not arrive, and what to do about it, in one language."""

    why: str
    to_do: str


@dataclass(frozen=True, slots=True)
class _Row:
    why_vi: str
    to_do_vi: str
    why_en: str
    to_do_en: str

    def told_in(self, language: str) -> DeadEnd:
        return DeadEnd(self.why_vi, self.to_do_vi) if language == VI else DeadEnd(self.why_en, self.to_do_en)


_CALL_VI, _CALL_EN = "Gọi điện hoặc gửi văn bản cho người dân.", "Call the citizen, or write a letter."
_MEND_VI = "Báo bộ phận kỹ thuật sửa, rồi gửi lại. Nếu gấp, gọi điện cho người dân."
_MEND_EN = "Tell the operator to mend it, then send it again. If urgent, call the citizen."
_REPORT_VI = "Báo bộ phận kỹ thuật; nếu gấp, gọi điện cho người dân."
_REPORT_EN = "Report it to the developers; if urgent, call the citizen."
_DOUBT_VI = "Gọi điện hỏi người dân đã nhận được tin chưa. Nếu gửi lại, người dân có thể nhận hai lần."
_DOUBT_EN = "Ask the citizen by phone. Sent again, it may arrive twice."
_NUMBER_VI = "Kiểm tra lại số điện thoại trong hồ sơ, rồi gọi điện hoặc gửi văn bản cho người dân."
_NUMBER_EN = "Check the phone number in the dossier, then call the citizen or write a letter."

_WORDS: Final[Mapping[str, _Row]] = {
    # -- the person or the address
    "no_mobile": _Row(
        "Hồ sơ không có số điện thoại di động.", _NUMBER_VI,
        "The dossier has no mobile number.", _NUMBER_EN,
    ),
    "recipient_unreachable": _Row(
        "Không gửi được tới người này: số không dùng Zalo, hoặc không nhận được tin.", _CALL_VI,
        "This person cannot be reached this way: no Zalo at the number, or it takes no messages.", _CALL_EN,
    ),
    "recipient_unreachable:-108": _Row(
        "Zalo cho biết số điện thoại không đúng.", _NUMBER_VI,
        "Zalo says that the phone number is wrong.", _NUMBER_EN,
    ),
    "recipient_unreachable:phone_form": _Row(
        "Số điện thoại không đúng dạng số di động Việt Nam.", _NUMBER_VI,
        "The number is no Vietnamese mobile number.", _NUMBER_EN,
    ),
    "recipient_unreachable:-118": _Row(
        "Số điện thoại này không có tài khoản Zalo, hoặc tài khoản đã bị khóa.", _CALL_VI,
        "There is no Zalo account at this number, or it is disabled.", _CALL_EN,
    ),
    "recipient_unreachable:-119": _Row(
        "Tài khoản Zalo của người này không nhận được tin.", _CALL_VI,
        "This person's Zalo account cannot receive messages.", _CALL_EN,
    ),
    "recipient_unreachable:-114": _Row(
        "Zalo của người này không hoạt động hoặc là bản quá cũ; đã thử lại ngày hôm sau.", _CALL_VI,
        "This person's Zalo is inactive or too old; it was tried again the next day.", _CALL_EN,
    ),
    "recipient_unreachable:-110": _Row(
        "Ứng dụng Zalo của người này là bản quá cũ.", _CALL_VI,
        "This person's Zalo application is too old.", _CALL_EN,
    ),
    "recipient_refused": _Row(
        "Người dân đã từ chối nhận loại tin này qua Zalo.", _CALL_VI,
        "The person refused such messages on Zalo.", _CALL_EN,
    ),
    "recipient_refused:-141": _Row(
        "Người dân đã từ chối nhận tin của tài khoản này.", _CALL_VI,
        "The person refused messages of this account.", _CALL_EN,
    ),
    "opted_out": _Row(
        "Người dân đã chọn không nhận tin qua Zalo.", _CALL_VI,
        "The person opted out of messages on Zalo.", _CALL_EN,
    ),
    "nothing_left": _Row(
        "Đã thử mọi kênh, không kênh nào gửi được.", _CALL_VI,
        "Every channel was tried, and none took it.", _CALL_EN,
    ),
    "not_delivered": _Row(
        "Nhà mạng hoặc Zalo xác nhận tin không tới nơi.", _CALL_VI,
        "The platform confirms that the message did not arrive.", _CALL_EN,
    ),
    "wrong_number": _Row(
        "Người nhận cho biết hồ sơ này không phải của họ: sai số điện thoại.", _NUMBER_VI,
        "Whoever got it said that the dossier is not theirs: the phone number is wrong.", _NUMBER_EN,
    ),
    "no_receipt": _Row(
        "Tin đã được nhận để gửi nhưng không có xác nhận tới nơi, và không còn kênh khác.", _CALL_VI,
        "It was taken, no receipt came, and no other channel is left.", _CALL_EN,
    ),
    # -- nobody knows
    "never_confirmed": _Row(
        "Không rõ tin đã tới hay chưa: mất câu trả lời của nền tảng, và không có xác nhận.", _DOUBT_VI,
        "Nobody knows whether it arrived: the platform's answer was lost, and no receipt came.", _DOUBT_EN,
    ),
    "outcome_unknown": _Row(
        "Không rõ tin đã tới hay chưa: mất câu trả lời của nền tảng.", _DOUBT_VI,
        "Nobody knows whether it arrived: the platform's answer was lost.", _DOUBT_EN,
    ),
    "lease_expired": _Row(
        "Không rõ tin đã tới hay chưa: tiến trình gửi dừng giữa chừng.", _DOUBT_VI,
        "Nobody knows whether it arrived: the process that sent it ended in between.", _DOUBT_EN,
    ),
    "cancelled": _Row(
        "Không rõ tin đã tới hay chưa: việc gửi bị dừng giữa chừng.", _DOUBT_VI,
        "Nobody knows whether it arrived: the sending was broken off.", _DOUBT_EN,
    ),
    "poison": _Row(
        "Tin bị để riêng: tiến trình gửi đã hai lần dừng giữa chừng khi gửi tin này.", _REPORT_VI,
        "Set aside: processes ended twice while they sent this one.", _REPORT_EN,
    ),
    # -- our side
    "needs_human": _Row(
        "Tài khoản, mẫu tin hoặc thanh toán tại nền tảng có vấn đề cần người xử lý.", _MEND_VI,
        "The account, a template or a payment at the platform needs a person.", _MEND_EN,
    ),
    "needs_human:-115": _Row(
        "Tài khoản Zalo hết hạn mức hoặc hết tiền.", _MEND_VI,
        "The Zalo account is out of quota or money.", _MEND_EN,
    ),
    "needs_authorization": _Row(
        "Quyền gửi tin của tài khoản Zalo đã hết hạn.",
        "Báo người quản trị cấp quyền lại cho tài khoản, rồi gửi lại.",
        "The Zalo account's consent has ended.",
        "An administrator of the account must agree again; then send it again.",
    ),
    "token_rejected": _Row(
        "Zalo không chấp nhận mã truy cập của tài khoản.", _MEND_VI,
        "Zalo refuses the account's access token.", _MEND_EN,
    ),
    "token_unavailable": _Row(
        "Không lấy được mã truy cập của tài khoản.", _MEND_VI,
        "The account's access token could not be had.", _MEND_EN,
    ),
    "template_not_configured": _Row(
        "Chưa cài đặt mẫu tin Zalo cho loại thông báo này.", _MEND_VI,
        "No Zalo template is set for this notice.", _MEND_EN,
    ),
    "channel_not_configured": _Row(
        "Chưa cài đặt kênh gửi tin nào dùng được.", _MEND_VI,
        "No channel that could take it is set up.", _MEND_EN,
    ),
    "bad_message": _Row(
        "Nền tảng từ chối nội dung tin: mẫu tin và giá trị không khớp.", _REPORT_VI,
        "The platform refuses the content: template and values do not agree.", _REPORT_EN,
    ),
    "composition": _Row(
        "Không ghép được nội dung tin từ dữ liệu hồ sơ.", _REPORT_VI,
        "The text could not be composed from the dossier's data.", _REPORT_EN,
    ),
    "unknown_code": _Row(
        "Nền tảng trả về mã lỗi chưa biết.", _REPORT_VI,
        "The platform answered a code that nobody knows.", _REPORT_EN,
    ),
    # -- the platform's side, until it was too late
    "temporary": _Row(
        "Nền tảng tạm từ chối, đã thử lại nhiều lần.", _MEND_VI,
        "The platform refused for now, time and again.", _MEND_EN,
    ),
    "later": _Row(
        "Hết hạn mức gửi, hoặc ngoài giờ được gửi, cho tới khi quá muộn.", _MEND_VI,
        "Out of quota, or outside the hours, until it was too late.", _MEND_EN,
    ),
    "rate_limited": _Row(
        "Gửi quá nhanh so với giới hạn, cho tới khi quá muộn.", _MEND_VI,
        "Faster than the limit allows, until it was too late.", _MEND_EN,
    ),
    "platform_down": _Row(
        "Không kết nối được tới nền tảng.", _MEND_VI,
        "The platform could not be reached.", _MEND_EN,
    ),
    "pool_busy": _Row(
        "Quá nhiều kết nối cùng lúc.", _MEND_VI,
        "Too many connections at once.", _MEND_EN,
    ),
    "not_sent": _Row(
        "Tin chưa rời khỏi hệ thống.", _MEND_VI,
        "It never left our side.", _MEND_EN,
    ),
    "channel_error": _Row(
        "Lỗi của kênh gửi tin.", _REPORT_VI,
        "An error of the channel.", _REPORT_EN,
    ),
}  # fmt: skip
_UNKNOWN = _Row("Lý do chưa có trong bảng: {reason}.", _REPORT_VI, "A reason in no table: {reason}.", _REPORT_EN)

_PREFIXES: Final = {
    "too_old": ("Quá hạn gửi. ", "Too late by now. "),
    "expired": ("Mã đã hết hạn trước khi gửi được. ", "The code ended before it could be sent. "),
}

STAYS: Final[Mapping[str, tuple[str, str]]] = {
    "quiet_hours": ("chờ hết giờ nghỉ", "waits for a decent hour"),
    "holiday": ("chờ hết ngày nghỉ", "waits for the end of the holiday"),
    "coalescing": ("chờ xem cán bộ có sửa lại không", "waits in case an officer corrects it"),
    "daily_limit": ("hôm nay số này đã nhận nhiều tin", "this phone had its share of messages today"),
    "overtaken": ("tin mới hơn của hồ sơ đã nói thay", "a newer one of the dossier says what counts"),
    "corrected": ("cán bộ đã sửa lại trước khi gửi", "corrected by an officer before it was sent"),
    "merged": ("đã gộp vào một tin tổng hợp", "said in one message with others"),
    "retried_by_hand": ("được gửi lại theo yêu cầu", "sent again by a person"),
    "in_doubt_resend": ("gửi lại một lần vì không có xác nhận", "sent once more, because no receipt came"),
    "brake": ("quá cũ khi nhả phanh", "too old when the brake was released"),
}
"""Reasons of notices that are no dead ends, in a few words: Vietnamese, English."""


def describe(reason: str | None, language: str = VI) -> DeadEnd:
    """Return what a dead end's reason means and what to do, in Vietnamese, or English for any other language."""
    lead, inner = _lead_of(reason or "", language)
    words = _find(inner)
    if words is None:
        told = _UNKNOWN.told_in(language)
        return DeadEnd(lead + told.why.format(reason=inner or "–"), told.to_do)
    told = words.told_in(language)
    return DeadEnd(lead + told.why, told.to_do)


def knows(reason: str) -> bool:
    """Whether the table has a row for a reason."""
    return _find(_lead_of(reason, VI)[1]) is not None


def explain_stay(reason: str | None, language: str = EN) -> str | None:
    """Return in a few words why a notice is where it is, None when the reason is none of these."""
    words = STAYS.get(reason or "")
    return None if words is None else words[0 if language == VI else 1]


def _lead_of(reason: str, language: str) -> tuple[str, str]:
    """Split off what made an end of it, and put it into words."""
    head, _, rest = reason.partition(":")
    if head not in _PREFIXES:
        return "", reason
    words = _PREFIXES[head]
    return words[0 if language == VI else 1], rest


def _find(reason: str) -> _Row | None:
    return _WORDS.get(reason) or _WORDS.get(reason.partition(":")[0])
