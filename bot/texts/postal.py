"""Results by post: the wish, its state, and honest words about postage."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from dossiers.calendar import format_date_en, format_date_vi


@dataclass(frozen=True, slots=True)
class PostalWords:
    """The texts in one language; `{…}` are filled in."""

    confirm: str
    """`{code}`"""
    who_pays: str
    """Postage, before a wish"""
    choose: str
    """Several dossiers"""
    nothing_linked: str
    """Only own dossiers, and there is none"""
    not_yours: str
    """A code that is wrong, unknown or somebody else's"""
    no_result: str
    """The dossier was refused, withdrawn or stopped; `{code}`"""
    already_returned: str
    """`{code}`"""
    ask_address: str
    """`{code}`"""
    short_address: str
    """Too little for an address"""
    registered: str
    """`{code}`"""
    call_back: str
    """Who asks for the address"""
    stands: str
    """There is a wish already; `{code}`, `{since}`"""
    withdrawn: str
    """`{code}`"""
    nothing_to_withdraw: str
    """`{code}`"""
    stopped: str
    """No wish was made"""
    postage: str
    """What it costs"""
    parcel: str
    """Where a parcel is"""
    parcel_stands: str
    """The same, with a wish of one's own; `{code}`, `{since}`"""
    yes: str
    no: str
    withdraw: str
    link: str
    wish: str
    call: str
    """Buttons"""
    format_moment: Callable[[datetime], str]
    """A moment in local time"""


VI = PostalWords(
    confirm="Ông/Bà muốn nhận kết quả hồ sơ {code} qua bưu điện?",
    who_pays="Người nhận trả cước cho bưu điện. Mức cước do bưu điện (VNPost) quyết định.",
    choose="Ông/Bà muốn nhận kết quả hồ sơ nào qua bưu điện?",
    nothing_linked=(
        "Chưa có hồ sơ nào được liên kết với tài khoản Zalo này.\n"
        "Ông/Bà liên kết hồ sơ trước, rồi đăng ký nhận kết quả qua bưu điện."
    ),
    not_yours="Không tìm thấy hồ sơ này trong các hồ sơ Ông/Bà đã liên kết. Ông/Bà vui lòng kiểm tra mã.",
    no_result="Hồ sơ {code} không có kết quả để gửi qua bưu điện.",
    already_returned="Kết quả hồ sơ {code} đã được trả. Không thể đăng ký gửi qua bưu điện nữa.",
    ask_address=(
        "Ông/Bà nhắn địa chỉ nhận kết quả hồ sơ {code}, gồm số nhà, đường, phường hoặc xã.\nĐể dừng, Ông/Bà nhắn: thôi"
    ),
    short_address="Địa chỉ chưa đủ. Ông/Bà nhắn đủ số nhà, đường, phường hoặc xã, tỉnh hoặc thành phố.",
    registered="Đã ghi nhận nguyện vọng nhận kết quả hồ sơ {code} qua bưu điện. Bộ phận một cửa đã được báo.",
    call_back="Bộ phận một cửa hoặc bưu điện sẽ liên hệ theo số điện thoại trong hồ sơ.",
    stands="Hồ sơ {code} đã đăng ký nhận kết quả qua bưu điện từ {since}.",
    withdrawn="Đã rút đăng ký nhận kết quả hồ sơ {code} qua bưu điện.",
    nothing_to_withdraw="Hồ sơ {code} chưa có đăng ký nhận kết quả qua bưu điện.",
    stopped="Đã dừng. Chưa có đăng ký nào được ghi nhận.",
    postage=(
        "Cước chuyển phát do bưu điện (VNPost) quyết định, tùy nơi nhận và loại dịch vụ.\n"
        "Chúng tôi không có bảng cước nên không nêu số tiền. Ông/Bà hỏi bưu cục gần nhất."
    ),
    parcel=(
        "Chúng tôi không theo dõi được bưu phẩm. Ông/Bà hỏi bưu điện theo mã vận đơn.\n"
        "Nếu chưa có mã vận đơn, Ông/Bà hỏi nơi giải quyết hồ sơ hoặc gọi 1022, nhánh 3."
    ),
    parcel_stands="Nguyện vọng nhận kết quả hồ sơ {code} qua bưu điện đã được ghi nhận từ {since}.",
    yes="Đăng ký",
    no="Thôi",
    withdraw="Rút đăng ký bưu điện",
    link="Liên kết hồ sơ",
    wish="Nhận kết quả qua bưu điện",
    call="Gọi tổng đài 1022",
    format_moment=format_date_vi,
)
EN = PostalWords(
    confirm="Do you want to get the result of dossier {code} by post?",
    who_pays="The person who gets it pays the postage. The post office (VNPost) sets the price.",
    choose="The result of which dossier do you want by post?",
    nothing_linked=(
        "No dossier is linked to this Zalo account yet.\nPlease link your dossier first, then ask for the post."
    ),
    not_yours="This dossier is not among those you have linked. Please check the code.",
    no_result="Dossier {code} has no result that could be sent by post.",
    already_returned="The result of dossier {code} has been handed over. It cannot be posted any more.",
    ask_address=(
        "Please write the address for the result of dossier {code}: number, street, ward or commune.\n"
        "To stop, type: cancel"
    ),
    short_address="That is not a whole address. Please write number, street, ward or commune, and province.",
    registered="Your wish for the result of dossier {code} by post is noted. The one-stop office is told.",
    call_back="The one-stop or post office will use the phone number in the dossier.",
    stands="Dossier {code} is registered for the post since {since}.",
    withdrawn="The wish for the result of dossier {code} by post is taken back.",
    nothing_to_withdraw="Dossier {code} is not registered for the post.",
    stopped="Stopped. Nothing was registered.",
    postage=(
        "The post office (VNPost) sets the postage, by place and kind of service.\n"
        "We have no list of prices, so we name no amount. Please ask the nearest post office."
    ),
    parcel=(
        "We cannot follow parcels. Please ask the post office by the tracking number.\n"
        "If you have none, ask the office that handles your dossier, or call 1022, extension 3."
    ),
    parcel_stands="Your wish for the result of dossier {code} by post is noted since {since}.",
    yes="Register",
    no="Never mind",
    withdraw="Take the wish back",
    link="Link a dossier",
    wish="Result by post",
    call="Call the hotline 1022",
    format_moment=format_date_en,
)

WORDS: Mapping[str, PostalWords] = {"vi": VI, "en": EN}


def words_of(language: str) -> PostalWords:
    """Return the texts in a language; Vietnamese for one that we do not have."""
    return WORDS.get(language, VI)
