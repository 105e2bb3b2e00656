"""English, for those who chose it."""

from bot.texts.words import Words
from dossiers import Status, format_date_en

_WORKING_ON_IT = "The office is working on it. You do not need to do anything now."

WORDS = Words(
    language="en",
    introduction=(
        "Hello. This is the account of Da Nang city for notices about public service dossiers. "
        "An automatic assistant answers you, not an officer.\n"
        "It tells you when your dossier is submitted, accepted, refused, incomplete or finished."
    ),
    welcome=(
        "Hello, and thank you for following the account of Da Nang city for dossier notices.\n"
        "An automatic assistant answers here. Write your question, or choose below."
    ),
    safety=(
        "We never ask you for money by message. Officers never ask for a one-time code (OTP).\n"
        "Type a code here only when you have just asked to link a dossier yourself.\n"
        "To talk to an officer, call 1022, extension 3, or go to the one-stop office."
    ),
    short_footer=(
        "This is an automatic answer. We never ask for money, and officers never ask for a one-time code (OTP).\n"
        "To talk to an officer, call 1022, extension 3, or go to the one-stop office."
    ),
    nothing_linked=(
        "No dossier is linked to this Zalo account of yours yet. "
        "Notices still go to the phone number written in your dossier."
    ),
    linked="This is where your dossiers stand:",
    more_dossiers="You have more dossiers. This message names only those handled most recently.",
    only_text=(
        "We have received your message. The automatic assistant here reads text only.\n"
        "Please write in words to see where your dossier stands. "
        "Please do not send photos of identity papers here."
    ),
    staff_chat=(
        "This bot sends alerts to the staff alone.\nChat id: {chat_id}\n"
        "To receive alerts here, add the id to HOSO_ZALO_BOT_ALERT_CHATS."
    ),
    apology=(
        "We are sorry, the system could not work on your last message. "
        "Please try again later, or call 1022, extension 3."
    ),
    dossier="Dossier {code}",
    dossier_of="Dossier {code} ({procedure})",
    stands="Status: {label}, since {since}.",
    agency="Office: {agency}.",
    due="Result due: {due}.",
    overdue="The due date has passed. We are sorry for the delay.",
    next_step="Next: {step}",
    labels={status: status.label_en for status in Status},
    steps={
        Status.REGISTERED: "The one-stop office will check it for acceptance. You do not need to do anything now.",
        Status.ACCEPTED: _WORKING_ON_IT,
        Status.REFUSED: "Read the reason on the refusal form. You may submit the dossier again.",
        Status.PROCESSING: _WORKING_ON_IT,
        Status.SUPPLEMENT_REQUIRED: "Please add the papers named in the office's request.",
        Status.PAYMENT_REQUIRED: (
            "Please pay as told in the payment notice. Pay only on the service portal or at the one-stop counter."
        ),
        Status.WITHDRAWN: "It was closed because its withdrawal was requested. You do not need to do anything.",
        Status.STOPPED: "Please ask the office why it was stopped and how to go on.",
        Status.FINISHED: "Collect the result as told on your appointment slip. Bring the slip with you.",
        Status.RETURNED: "The result has been handed over. You do not need to do anything.",
    },
    format_moment=format_date_en,
)
