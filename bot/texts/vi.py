"""Vietnamese, the first language. The hotline: docs: public-services 8."""

from bot.texts.words import Words
from dossiers import Status, format_date_vi

_WORKING_ON_IT = "Cơ quan đang giải quyết hồ sơ. Ông/Bà chưa cần làm gì thêm."

WORDS = Words(
    language="vi",
    introduction=(
        "Kính chào Ông/Bà. Đây là tài khoản thông báo hồ sơ dịch vụ công của thành phố Đà Nẵng. "
        "Trợ lý tự động đang trả lời Ông/Bà, không phải cán bộ.\n"
        "Tài khoản này báo tin khi hồ sơ được nộp, được tiếp nhận hoặc bị từ chối. "
        "Ông/Bà cũng nhận tin khi hồ sơ cần bổ sung hoặc đã xử lý xong."
    ),
    welcome=(
        "Kính chào Ông/Bà. Cảm ơn Ông/Bà đã quan tâm tài khoản thông báo hồ sơ dịch vụ công của Đà Nẵng.\n"
        "Trợ lý tự động trả lời tại đây. Ông/Bà nhắn câu hỏi, hoặc chọn một việc bên dưới."
    ),
    safety=(
        "Chúng tôi không bao giờ yêu cầu chuyển tiền qua tin nhắn. Cán bộ không bao giờ hỏi mã xác thực (OTP).\n"
        "Ông/Bà chỉ nhập mã tại đây khi chính mình vừa yêu cầu liên kết hồ sơ.\n"
        "Để gặp cán bộ, Ông/Bà gọi tổng đài 1022, nhánh 3, hoặc đến bộ phận một cửa."
    ),
    short_footer=(
        "Đây là câu trả lời tự động. Chúng tôi không yêu cầu chuyển tiền, cán bộ không hỏi mã xác thực (OTP).\n"
        "Để gặp cán bộ, Ông/Bà gọi tổng đài 1022, nhánh 3, hoặc đến bộ phận một cửa."
    ),
    nothing_linked=(
        "Hiện chưa có hồ sơ nào được liên kết với tài khoản Zalo này của Ông/Bà. "
        "Thông báo về hồ sơ vẫn được gửi tới số điện thoại ghi trong hồ sơ."
    ),
    linked="Kính gửi Ông/Bà, đây là tình trạng hồ sơ của Ông/Bà:",
    more_dossiers="Ông/Bà còn hồ sơ khác. Tin này chỉ nêu những hồ sơ mới được xử lý gần đây.",
    only_text=(
        "Đã nhận được tin của Ông/Bà. Trợ lý tự động tại đây chỉ đọc được tin nhắn chữ.\n"
        "Ông/Bà nhắn bằng chữ để xem tình trạng hồ sơ. "
        "Xin không gửi ảnh giấy tờ tùy thân qua đây."
    ),
    staff_chat=(
        "Bot này chỉ gửi cảnh báo cho nhân viên vận hành.\nMã cuộc trò chuyện: {chat_id}\n"
        "Để nhận cảnh báo ở đây, thêm mã này vào HOSO_ZALO_BOT_ALERT_CHATS."
    ),
    apology=(
        "Xin lỗi Ông/Bà, hệ thống chưa xử lý được tin nhắn vừa rồi. "
        "Ông/Bà vui lòng nhắn lại sau, hoặc gọi tổng đài 1022, nhánh 3."
    ),
    dossier="Hồ sơ {code}",
    dossier_of="Hồ sơ {code} ({procedure})",
    stands="Tình trạng: {label}, từ {since}.",
    agency="Nơi giải quyết: {agency}.",
    due="Hẹn trả kết quả: {due}.",
    overdue="Hồ sơ đã quá ngày hẹn trả. Xin lỗi Ông/Bà về sự chậm trễ này.",
    next_step="Việc tiếp theo: {step}",
    labels={status: status.label_vi for status in Status},
    steps={
        Status.REGISTERED: "Bộ phận một cửa sẽ xem xét tiếp nhận hồ sơ. Ông/Bà chưa cần làm gì thêm.",
        Status.ACCEPTED: _WORKING_ON_IT,
        Status.REFUSED: "Ông/Bà xem lý do trên phiếu từ chối, rồi có thể nộp lại hồ sơ.",
        Status.PROCESSING: _WORKING_ON_IT,
        Status.SUPPLEMENT_REQUIRED: "Ông/Bà bổ sung giấy tờ theo phiếu yêu cầu của nơi giải quyết.",
        Status.PAYMENT_REQUIRED: (
            "Ông/Bà nộp nghĩa vụ tài chính theo thông báo. Chỉ nộp tại Cổng dịch vụ công hoặc quầy một cửa."
        ),
        Status.WITHDRAWN: "Hồ sơ dừng theo yêu cầu rút. Ông/Bà không cần làm gì thêm.",
        Status.STOPPED: "Ông/Bà liên hệ nơi giải quyết để biết lý do dừng và cách làm tiếp.",
        Status.FINISHED: "Ông/Bà nhận kết quả theo giấy hẹn. Khi đến nhận, mang theo giấy hẹn.",
        Status.RETURNED: "Kết quả đã được trả. Ông/Bà không cần làm gì thêm.",
    },
    format_moment=format_date_vi,
)
