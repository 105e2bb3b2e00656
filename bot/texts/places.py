"""Where and when: offices, their hours, whether they are open, and what became of the old districts."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class PlaceWords:
    """Texts of one language."""

    address: str
    """`{address}`"""
    no_address: str
    """No address that was compared; `{hotline}`"""
    unverified: str
    """What is shown was compared with nothing"""
    phone: str
    """`{phone}`"""
    hours: str
    """`{hours}`"""
    usual_hours: str
    """`{hours}`, those of offices in general"""
    police_hours: str
    """`{hours}`, of the police"""
    days: str
    """`{first}` and `{last}`, a run of weekdays"""
    open_now: str
    """`{until}`, a time of today"""
    opens_later: str
    """`{at}`, a time of today"""
    closed_now: str
    """Closed, for the rest of today"""
    closed_today: str
    """Closed today"""
    holiday_today: str
    """Closed today, a holiday"""
    next_open: str
    """`{moment}`"""
    tomorrow_open: str
    tomorrow_closed: str
    """Tomorrow"""
    day_open: str
    """`{day}` and `{hours}`"""
    day_closed: str
    """`{day}`"""
    day_holiday: str
    """`{day}`"""
    any_office: str
    """Any office of the city takes dossiers in"""
    ask_place: str
    """Name a ward, or send a position"""
    nearest: str
    """Before places by distance"""
    near: str
    """`{name}` and `{distance}`"""
    near_only_known: str
    """Only places with a known position are compared"""
    nothing_near: str
    """No place within reach; `{hotline}`"""
    former: str
    """A unit that is no more; `{name}` and `{successors}`"""
    no_districts: str
    """There are no districts any more"""
    many: str
    """Before a choice of units"""
    source: str
    """`{source}`"""
    source_dated: str
    """`{source}` and `{as_of}`"""
    appointment: str
    """The result is handed out where the receipt says"""
    weekdays: tuple[str, ...]
    """Monday to Sunday"""
    call: str
    center: str
    """Button titles; `{phone}` in `call`"""


VI = PlaceWords(
    address="Địa chỉ: {address}.",
    no_address="Trợ lý chưa có địa chỉ đã đối chiếu. Ông/Bà gọi tổng đài {hotline} để hỏi địa chỉ.",
    unverified="Lưu ý: địa chỉ, điện thoại này CHƯA được đối chiếu. Ông/Bà gọi hỏi trước khi đến.",
    phone="Điện thoại: {phone}.",
    hours="Giờ làm việc: {hours}.",
    usual_hours="Giờ làm việc thông thường: {hours}.",
    police_hours="Công an tiếp nhận: {hours}.",
    days="{first} đến {last}",
    open_now="Hiện đang trong giờ làm việc, đến {until}.",
    opens_later="Hiện chưa đến giờ làm việc. Hôm nay mở cửa lúc {at}.",
    closed_now="Hôm nay đã hết giờ làm việc.",
    closed_today="Hôm nay không làm việc.",
    holiday_today="Hôm nay nghỉ lễ.",
    next_open="Mở cửa lại: {moment}.",
    tomorrow_open="Ngày mai có làm việc.",
    tomorrow_closed="Ngày mai không làm việc.",
    day_open="{day}: có làm việc, {hours}.",
    day_closed="{day}: không làm việc.",
    day_holiday="{day}: nghỉ lễ, không làm việc.",
    any_office="Ông/Bà có thể nộp hồ sơ tại bất kỳ Trung tâm Phục vụ hành chính công nào trong thành phố.",
    ask_place="Ông/Bà nhắn tên phường, xã, hoặc gửi vị trí để tìm nơi gần nhất.",
    nearest="Nơi gần Ông/Bà nhất, tính theo đường chim bay:",
    near="{name}, cách khoảng {distance} km",
    near_only_known="Chỉ tính những nơi đã có vị trí trong danh mục. Có thể có phường, xã gần hơn.",
    nothing_near="Chưa có nơi nào trong danh mục ở gần vị trí này. Ông/Bà gọi tổng đài {hotline}.",
    former="{name} không còn từ 1/7/2025. Nay thuộc: {successors}.",
    no_districts=(
        "Từ 1/7/2025 không còn cấp quận, huyện. Việc của người dân do phường, xã mới hoặc thành phố giải quyết."
    ),
    many="Ông/Bà hỏi về nơi nào?",
    source="Nguồn: {source}.",
    source_dated="Nguồn: {source}. Dữ liệu: {as_of}.",
    appointment="Kết quả nhận tại nơi ghi trên giấy hẹn.",
    weekdays=("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật"),
    call="Gọi {phone}",
    center="Trung tâm thành phố",
)

EN = PlaceWords(
    address="Address: {address}.",
    no_address="No address that was compared is known here yet. Please call {hotline} to ask for it.",
    unverified="Please note: this address and phone were NOT compared. Call before you go.",
    phone="Phone: {phone}.",
    hours="Hours: {hours}.",
    usual_hours="Usual hours: {hours}.",
    police_hours="The police receive: {hours}.",
    days="{first} to {last}",
    open_now="It is open now, until {until}.",
    opens_later="It is not open yet. Today it opens at {at}.",
    closed_now="It is closed for the rest of today.",
    closed_today="It is closed today.",
    holiday_today="Today is a public holiday: closed.",
    next_open="Open again: {moment}.",
    tomorrow_open="It is open tomorrow.",
    tomorrow_closed="It is closed tomorrow.",
    day_open="{day}: open, {hours}.",
    day_closed="{day}: closed.",
    day_holiday="{day}: a public holiday, closed.",
    any_office="You may submit dossiers at any public service centre of the city.",
    ask_place="Name a ward or commune, or send your position to find the nearest place.",
    nearest="The nearest places, as the crow flies:",
    near="{name}, about {distance} km away",
    near_only_known="Only places with a known position are compared. A ward office may be nearer.",
    nothing_near="No place of the list is near this position. Please call {hotline}.",
    former="{name} ended on 1 July 2025. Now it belongs to: {successors}.",
    no_districts=(
        "Since 1 July 2025 there are no districts any more. The new wards, communes or the city handle matters."
    ),
    many="Which place do you mean?",
    source="Source: {source}.",
    source_dated="Source: {source}. Data of: {as_of}.",
    appointment="The result is handed out where the receipt says.",
    weekdays=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    call="Call {phone}",
    center="The city's centre",
)

WORDS = MappingProxyType({"vi": VI, "en": EN})


def words_of(language: str) -> PlaceWords:
    """Return the texts in a language; Vietnamese for one that we do not have."""
    return WORDS.get(language, VI)
