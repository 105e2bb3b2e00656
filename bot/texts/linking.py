"""Words of linking, unlinking and listing, and of the one-time code's own message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LinkingWords:
    """Every text of linking in one language; `{…}` are filled in."""

    which: str
    """Asks for a dossier code, a photo or a phone"""
    which_phone: str
    """The same to somebody who forgot the code"""
    not_found_in_text: str
    """There is no code and no phone in what was typed"""
    no_mobile: str
    """A phone that is none of a mobile network"""
    sent: str
    """A code may be on its way; the same whether it is; `{minutes}`"""
    sent_phone: str
    """The same for a phone that was given"""
    too_many: str
    """The citizen is over a limit of their own"""
    expects_digits: str
    """Something else than six digits was typed"""
    wrong: str
    """The digits are not the code's; `{left}` tries"""
    over: str
    """No code holds any more: used, too old, too many tries"""
    linked: str
    """Done; `{code}`"""
    linked_relative: str
    """Done for a time; `{code}` and `{until}`"""
    linked_phone: str
    """Done for all dossiers of a phone; `{count}`"""
    nothing_on_phone: str
    """The phone is proved, and has no dossier"""
    shared_phone: str
    """The phone is proved, and has the dossiers of too many people"""
    already: str
    """The dossier is linked; `{code}`"""
    more_of_phone: str
    """Other dossiers of the phone may be linked; `{count}`"""
    linked_more: str
    """They are; `{count}`"""
    proof_too_old: str
    """The proof was too long ago for more"""
    for_relative: str
    """The code under way is for a relative's dossier; `{days}`"""
    lent: str
    """A link became a relative's; `{code}` and `{until}`"""
    cancelled: str
    """Linking was ended by the person"""
    identity_number: str
    """An identity number was typed or written on a photo"""
    list_head: str
    """Before the linked dossiers; `{count}`"""
    list_item: str
    """`{code}`, `{procedure}`, `{state}`"""
    list_relative: str
    """After an item; `{until}`"""
    list_more: str
    """`{shown}` of `{count}` were shown"""
    list_empty: str
    """Nothing is linked"""
    ended_phone: str
    """A link ended because the phone changed; `{code}`"""
    ended_expired: str
    """A link ended by itself; `{code}`"""
    unlink_which: str
    """Asks which one to unlink"""
    unlink_none: str
    """There is nothing to unlink"""
    unlink_all_sure: str
    """Asks whether to unlink all; `{count}`"""
    unlinked: str
    """`{code}`"""
    unlinked_all: str
    """`{count}`"""
    not_linked: str
    """Wrong, unknown or somebody else's: the same words"""
    button_again: str
    button_relative: str
    button_cancel: str
    button_status: str
    button_list: str
    button_link: str
    button_link_all: str
    button_no: str
    button_unlink: str
    button_unlink_all: str
    button_unlink_sure: str
    button_phone: str
    button_person: str
    button_more: str
    button_unlink_one: str
    """`{code}`"""
    code_text: str
    """The one-time code's message; `{code}` and `{minutes}`"""
    code_sms: str
    """The same, short"""


VI = LinkingWords(
    which=(
        "Ông/Bà vui lòng gửi mã hồ sơ in trên giấy hẹn. "
        "Ông/Bà cũng có thể gửi ảnh mã QR trên giấy hẹn, hoặc số điện thoại ghi trong hồ sơ."
    ),
    which_phone=(
        "Nếu quên mã hồ sơ, Ông/Bà gửi số điện thoại đã ghi khi nộp hồ sơ. "
        "Chúng tôi gửi mã xác thực tới số đó để kiểm tra."
    ),
    not_found_in_text=(
        "Chưa thấy mã hồ sơ hoặc số điện thoại trong tin nhắn. "
        "Mã hồ sơ có dạng H17.33.2-260302-0001 và in trên giấy hẹn."
    ),
    no_mobile="Số này không phải số di động Việt Nam. Ông/Bà vui lòng gửi lại số di động ghi trong hồ sơ.",
    sent=(
        "Nếu mã đúng, mã xác thực đã được gửi tới số điện thoại ghi trong hồ sơ.\n"
        "Ông/Bà nhập 6 chữ số của mã vào đây trong {minutes} phút. "
        "Mỗi số điện thoại chỉ nhận vài mã mỗi giờ.\n"
        "Không nhận được mã? Ông/Bà kiểm tra lại mã hồ sơ, hoặc hỏi bộ phận một cửa về số điện thoại trong hồ sơ."
    ),
    sent_phone=(
        "Nếu số này nhận được tin, mã xác thực đã được gửi tới đó.\n"
        "Ông/Bà nhập 6 chữ số của mã vào đây trong {minutes} phút. "
        "Mỗi số điện thoại chỉ nhận vài mã mỗi giờ."
    ),
    too_many=(
        "Ông/Bà đã thử nhiều lần trong thời gian ngắn. Vui lòng thử lại sau, hoặc đến bộ phận một cửa để được giúp."
    ),
    expects_digits="Ông/Bà nhập 6 chữ số của mã xác thực vừa nhận được, hoặc chọn một nút dưới đây.",
    wrong="Mã xác thực chưa đúng. Ông/Bà còn {left} lần nhập.",
    over="Mã xác thực không còn hiệu lực. Ông/Bà vui lòng yêu cầu mã mới.",
    linked=(
        "Đã liên kết hồ sơ {code} với tài khoản Zalo này.\n"
        "Từ nay Ông/Bà có thể hỏi tình trạng hồ sơ tại đây và nhận tin về hồ sơ tại đây."
    ),
    linked_relative=(
        "Đã liên kết hồ sơ {code} của người thân, đến hết {until}.\n"
        "Thông báo vẫn được gửi tới điện thoại của người thân."
    ),
    linked_phone="Đã liên kết {count} hồ sơ của số điện thoại này với tài khoản Zalo này.",
    nothing_on_phone=(
        "Đã xác thực số điện thoại. Hiện chưa có hồ sơ nào ghi số này. Khi có hồ sơ, thông báo sẽ được gửi tới số này."
    ),
    shared_phone=(
        "Đã xác thực số điện thoại. Số này được ghi trong hồ sơ của nhiều người. Ông/Bà vui lòng gửi mã của từng hồ sơ."
    ),
    already="Hồ sơ {code} đã được liên kết với tài khoản Zalo này.",
    more_of_phone="Số điện thoại này còn {count} hồ sơ khác. Ông/Bà có muốn liên kết cả các hồ sơ đó không?",
    linked_more="Đã liên kết thêm {count} hồ sơ.",
    proof_too_old="Lần xác thực trước đã quá lâu. Ông/Bà vui lòng gửi lại mã hồ sơ hoặc số điện thoại.",
    for_relative=(
        "Đã ghi nhận đây là hồ sơ của người thân. "
        "Liên kết này tự kết thúc sau {days} ngày. Ông/Bà nhập mã mà người thân nhận được."
    ),
    lent="Hồ sơ {code} được ghi là của người thân, liên kết đến hết {until}.",
    cancelled="Đã dừng liên kết. Ông/Bà có thể bắt đầu lại bất cứ lúc nào.",
    identity_number=(
        "Xin Ông/Bà không gửi ảnh hoặc số giấy tờ tùy thân qua đây. "
        "Chúng tôi không dùng và không giữ thông tin đó. Ông/Bà nên xóa tin đó trên điện thoại của mình."
    ),
    list_head="Ông/Bà đang liên kết {count} hồ sơ:",
    list_item="{code}\n{procedure}: {state}",
    list_relative="của người thân, đến hết {until}",
    list_more="Tin này nêu {shown} trong {count} hồ sơ.",
    list_empty=(
        "Hiện chưa có hồ sơ nào được liên kết với tài khoản Zalo này. "
        "Ông/Bà liên kết bằng mã hồ sơ, hoặc bằng số điện thoại nếu quên mã."
    ),
    ended_phone=(
        "Liên kết với hồ sơ {code} đã kết thúc, vì số điện thoại trong hồ sơ đã thay đổi. "
        "Ông/Bà có thể liên kết lại bằng số mới."
    ),
    ended_expired="Liên kết với hồ sơ {code} của người thân đã hết hạn.",
    unlink_which="Ông/Bà muốn hủy liên kết hồ sơ nào?",
    unlink_none="Hiện chưa có hồ sơ nào được liên kết, nên không có gì để hủy.",
    unlink_all_sure=(
        "Ông/Bà muốn hủy liên kết tất cả hồ sơ ({count})? Hồ sơ tại cơ quan vẫn được giải quyết bình thường."
    ),
    unlinked=(
        "Đã hủy liên kết hồ sơ {code}. Hồ sơ vẫn được giải quyết bình thường. "
        "Thông báo vẫn được gửi tới số điện thoại ghi trong hồ sơ."
    ),
    unlinked_all="Đã hủy liên kết {count} hồ sơ. Các hồ sơ vẫn được giải quyết bình thường.",
    not_linked="Tài khoản Zalo này chưa liên kết hồ sơ nào có mã như vậy.",
    button_again="Gửi lại mã",
    button_relative="Hồ sơ của người thân",
    button_cancel="Dừng lại",
    button_status="Xem hồ sơ {code}",
    button_list="Hồ sơ của tôi",
    button_link="Liên kết hồ sơ",
    button_link_all="Liên kết cả {count} hồ sơ",
    button_no="Không",
    button_unlink="Hủy liên kết",
    button_unlink_all="Hủy tất cả",
    button_unlink_sure="Đồng ý hủy tất cả",
    button_phone="Tôi quên mã hồ sơ",
    button_person="Gặp cán bộ",
    button_more="Xem thêm",
    button_unlink_one="Hủy hồ sơ {code}",
    code_text=(
        "Mã xác thực: {code}. Mã dùng để xem hồ sơ dịch vụ công Đà Nẵng trên Zalo, có hiệu lực {minutes} phút.\n"
        "Cán bộ không bao giờ hỏi mã này. Nếu Ông/Bà không yêu cầu, xin bỏ qua tin này."
    ),
    code_sms=(
        "Ma xac thuc {code} de xem ho so dich vu cong Da Nang tren Zalo, hieu luc {minutes} phut. "
        "Can bo khong hoi ma nay. Khong yeu cau thi bo qua."
    ),
)

EN = LinkingWords(
    which=(
        "Please send the dossier code printed on your appointment slip. "
        "You may also send a photo of the slip's QR code, or the phone number in the dossier."
    ),
    which_phone=(
        "If you forgot the code, send the phone number that you gave with the dossier. "
        "We send a one-time code to that number to make sure."
    ),
    not_found_in_text=(
        "There is no dossier code or phone number in your message. "
        "A code looks like H17.33.2-260302-0001 and stands on the appointment slip."
    ),
    no_mobile="This is no Vietnamese mobile number. Please send the mobile number written in the dossier.",
    sent=(
        "If the code is right, a one-time code was sent to the phone number in the dossier.\n"
        "Please type its 6 digits here within {minutes} minutes. A phone gets only a few codes an hour.\n"
        "No code? Please check the dossier code, or ask the one-stop office about the phone number in the dossier."
    ),
    sent_phone=(
        "If this number can receive it, a one-time code was sent there.\n"
        "Please type its 6 digits here within {minutes} minutes. A phone gets only a few codes an hour."
    ),
    too_many="You have tried many times in a short while. Please try again later, or ask the one-stop office for help.",
    expects_digits="Please type the 6 digits of the one-time code, or choose a button below.",
    wrong="The one-time code is not right. You have {left} more tries.",
    over="The one-time code does not hold any more. Please ask for a new one.",
    linked=(
        "Dossier {code} is linked to this Zalo account now.\nYou can ask about it here, and news about it comes here."
    ),
    linked_relative=(
        "Dossier {code} of your relative is linked until the end of {until}.\n"
        "Notices still go to your relative's phone."
    ),
    linked_phone="{count} dossiers of this phone number are linked to this Zalo account now.",
    nothing_on_phone=(
        "The phone number is confirmed. No dossier has this number at present. "
        "Notices will go to this number when there is one."
    ),
    shared_phone=(
        "The phone number is confirmed. It stands in the dossiers of many people. Please send the code of each dossier."
    ),
    already="Dossier {code} is linked to this Zalo account already.",
    more_of_phone="This phone number has {count} more dossiers. Do you want to link them as well?",
    linked_more="{count} more dossiers are linked now.",
    proof_too_old="The confirmation was too long ago. Please send the dossier code or the phone number again.",
    for_relative=(
        "This is noted as a relative's dossier. "
        "The link ends by itself after {days} days. Please type the code that your relative received."
    ),
    lent="Dossier {code} is noted as a relative's, linked until the end of {until}.",
    cancelled="Linking was stopped. You can start again at any time.",
    identity_number=(
        "Please do not send photos or numbers of identity papers here. "
        "We do not use it and do not keep it. Please delete that message on your phone."
    ),
    list_head="Dossiers that you have linked: {count}.",
    list_item="{code}\n{procedure}: {state}",
    list_relative="a relative's, until the end of {until}",
    list_more="This message names {shown} of {count} dossiers.",
    list_empty=(
        "No dossier is linked to this Zalo account yet. "
        "You can link one by its code, or by the phone number if you forgot the code."
    ),
    ended_phone=(
        "The link to dossier {code} has ended, because the phone number in the dossier was changed. "
        "You can link it again with the new number."
    ),
    ended_expired="The link to your relative's dossier {code} has ended by itself.",
    unlink_which="Which dossier do you want to unlink?",
    unlink_none="No dossier is linked, so there is nothing to unlink.",
    unlink_all_sure="Do you want to unlink all your dossiers ({count})? The offices go on with them as before.",
    unlinked=(
        "Dossier {code} is unlinked. The office goes on with it as before. "
        "Notices still go to the phone number in the dossier."
    ),
    unlinked_all="Dossiers unlinked: {count}. The offices go on with them as before.",
    not_linked="This Zalo account has no linked dossier with such a code.",
    button_again="Send the code again",
    button_relative="A relative's dossier",
    button_cancel="Stop",
    button_status="See {code}",
    button_list="My dossiers",
    button_link="Link a dossier",
    button_link_all="Link all {count}",
    button_no="No",
    button_unlink="Unlink",
    button_unlink_all="Unlink all",
    button_unlink_sure="Yes, unlink all",
    button_phone="I forgot the code",
    button_person="Talk to an officer",
    button_more="More",
    button_unlink_one="Unlink {code}",
    code_text=(
        "One-time code: {code}. It opens public service dossiers of Da Nang on Zalo, for {minutes} minutes.\n"
        "Officers never ask for it. If you did not ask for it, please ignore this message."
    ),
    code_sms=(
        "Ma xac thuc / one-time code {code}, {minutes} min, to see Da Nang dossiers on Zalo. "
        "Officers never ask for it. Not asked? Ignore it."
    ),
)

WORDS: Mapping[str, LinkingWords] = {"vi": VI, "en": EN}


def words_of(language: str) -> LinkingWords:
    """Return the texts in a language; Vietnamese for one that we do not have."""
    return WORDS.get(language, VI)
