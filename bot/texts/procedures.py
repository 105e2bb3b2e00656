"""Procedures: what is needed, how long it takes, where it is handed in; with source and date, always."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class ProcedureWords:
    """Texts of one language."""

    ask: str
    """Which procedure?"""
    which: str
    """Before the buttons of several that fit"""
    unsure: str
    """The same, when none of them fits well"""
    nothing: str
    """Nothing in the catalogue fits; `{hotline}`"""
    gone: str
    """No such code; `{code}` and `{hotline}`"""
    title: str
    """`{name}` and `{code}`"""
    retired: str
    """It is no longer in the newest list"""
    time: str
    """`{time}`"""
    no_time: str
    fee: str
    """`{fee}`"""
    papers: str
    """Before the list"""
    no_papers: str
    forms: str
    """`{forms}`"""
    where: str
    """`{where}`"""
    how: str
    """`{channels}`"""
    result: str
    """`{result}`"""
    system: str
    """A ministry's system handles it; `{system}` and `{domain}`"""
    unverified: str
    """The whole entry was compared with nothing"""
    partly_verified: str
    """`{fields}` were compared with nothing"""
    source: str
    """`{source}` and `{as_of}`"""
    page: str
    """Head of a later page; `{name}`, `{number}`, `{total}`"""
    source_language: str
    """That what follows is in the source's language; empty where that is this one"""
    same_day: str
    days: str
    working_days: str
    hours: str
    """A time limit; `{value}`"""
    online: str
    direct: str
    postal: str
    """Ways, within a sentence; `{domain}` in `online`"""
    at_commune: str
    at_city: str
    at_ministry: str
    elsewhere: str
    at_police: str
    """Places, within a sentence"""
    any_office: str
    """Any office of the city takes it in (Decree 118/2025)"""
    fields: Mapping[str, str]
    """Names of verified fields"""
    more: str
    fee_button: str
    where_button: str
    another: str
    none_of_these: str
    or_is_it: str
    """`{name}`"""
    portal: str
    call: str
    """Button titles, from `more` on; `{hotline}` in `call`"""


VI = ProcedureWords(
    ask="Ông/Bà cần biết thủ tục nào? Xin nhắn tên thủ tục, ví dụ: đăng ký khai sinh, đổi giấy phép lái xe.",
    which="Có vài thủ tục phù hợp. Ông/Bà cần thủ tục nào?",
    unsure="Trợ lý chưa tìm thấy đúng thủ tục này. Có phải Ông/Bà cần một thủ tục dưới đây?",
    nothing=(
        "Trợ lý chưa tìm thấy thủ tục phù hợp. Ông/Bà nhắn lại bằng tên khác, ví dụ: đăng ký tạm trú.\n"
        "Ông/Bà cũng có thể gọi tổng đài {hotline} để được hướng dẫn."
    ),
    gone="Không có thủ tục mã {code} trong danh mục. Ông/Bà kiểm tra lại mã, hoặc gọi tổng đài {hotline}.",
    title="{name} (mã {code})",
    retired="Thủ tục này không còn trong danh mục mới nhất. Ông/Bà hỏi lại trước khi làm hồ sơ.",
    time="Thời hạn: {time}.",
    no_time="Thời hạn: nguồn không ghi.",
    fee="Phí, lệ phí: {fee}",
    papers="Giấy tờ cần có:",
    no_papers="Trợ lý chưa có danh sách giấy tờ của thủ tục này.",
    forms="Mẫu đơn: {forms}.",
    where="Nơi tiếp nhận: {where}.",
    how="Cách nộp: {channels}.",
    result="Kết quả: {result}.",
    system=(
        "Thủ tục này được giải quyết trên hệ thống của {system}. Tình trạng hồ sơ xem tại {domain} hoặc ứng dụng VNeID."
    ),
    unverified=(
        "Lưu ý: thông tin này CHƯA được đối chiếu với Cổng Dịch vụ công quốc gia. "
        "Ông/Bà hỏi lại bộ phận một cửa trước khi làm hồ sơ."
    ),
    partly_verified="Lưu ý: các phần sau chưa được đối chiếu: {fields}.",
    source="Nguồn: {source}. Dữ liệu: {as_of}.",
    page="{name} (phần {number}/{total})",
    source_language="",
    same_day="trong ngày làm việc",
    days="{value} ngày",
    working_days="{value} ngày làm việc",
    hours="{value} giờ",
    online="trực tuyến tại {domain}",
    direct="trực tiếp tại quầy",
    postal="qua bưu chính công ích",
    at_commune="Trung tâm Phục vụ hành chính công phường, xã",
    at_city="Trung tâm Phục vụ hành chính công thành phố",
    at_ministry="cơ quan cấp bộ",
    elsewhere="cơ quan khác theo hướng dẫn tại Cổng Dịch vụ công quốc gia",
    at_police="cơ quan công an",
    any_office="Ông/Bà có thể nộp tại bất kỳ Trung tâm Phục vụ hành chính công nào trong thành phố.",
    fields=MappingProxyType(
        {"processing": "thời hạn", "fee": "phí, lệ phí", "papers": "giấy tờ", "channels": "cách nộp"}
    ),
    more="Xem tiếp",
    fee_button="Phí, lệ phí",
    where_button="Nơi nộp, giờ làm việc",
    another="Thủ tục khác",
    none_of_these="Không phải các thủ tục này",
    or_is_it="Hay là: {name}",
    portal="Mở Cổng Dịch vụ công",
    call="Gọi {hotline}",
)

EN = ProcedureWords(
    ask="Which procedure do you need? Please name it, for example: birth registration, renewing a driving licence.",
    which="Several procedures fit. Which one do you need?",
    unsure="No procedure was found for just these words. Do you need one of these?",
    nothing=(
        "No procedure was found for your words. Please name it in other words, for example: temporary residence.\n"
        "You may also call {hotline} for guidance."
    ),
    gone="There is no procedure {code} in the catalogue. Please check the code, or call {hotline}.",
    title="{name} (code {code})",
    retired="This procedure is no longer in the newest list. Please ask before you prepare a dossier.",
    time="Time limit: {time}.",
    no_time="Time limit: the source names none.",
    fee="Fee: {fee}",
    papers="Papers needed:",
    no_papers="The list of papers of this procedure is not known here yet.",
    forms="Forms: {forms}.",
    where="Received by: {where}.",
    how="How to submit: {channels}.",
    result="Result: {result}.",
    system=(
        "This procedure is handled on the system of {system}. "
        "See the status of the dossier at {domain} or in the VNeID app."
    ),
    unverified=(
        "Please note: this was NOT compared with the National Public Service Portal. "
        "Ask the one-stop office before you prepare a dossier."
    ),
    partly_verified="Please note: these parts were not compared with the source: {fields}.",
    source="Source: {source}. Data of: {as_of}.",
    page="{name} (part {number}/{total})",
    source_language="The catalogue is in Vietnamese. Its names and papers are shown as they stand.",
    same_day="within the working day",
    days="{value} days",
    working_days="{value} working days",
    hours="{value} hours",
    online="online at {domain}",
    direct="at the counter",
    postal="by public post",
    at_commune="the public service centre of a ward or commune",
    at_city="the city's public service centre",
    at_ministry="an office of the ministry",
    elsewhere="another body, as told on the national portal",
    at_police="the police",
    any_office="You may submit at any public service centre of the city.",
    fields=MappingProxyType(
        {"processing": "time limit", "fee": "fee", "papers": "papers", "channels": "how to submit"}
    ),
    more="Read on",
    fee_button="Fee",
    where_button="Where and when",
    another="Another procedure",
    none_of_these="None of these",
    or_is_it="Or is it: {name}",
    portal="Open the public service portal",
    call="Call {hotline}",
)

WORDS = MappingProxyType({"vi": VI, "en": EN})


def words_of(language: str) -> ProcedureWords:
    """Return the texts in a language; Vietnamese for one that we do not have."""
    return WORDS.get(language, VI)
