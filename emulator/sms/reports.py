"""What eSMS says about a message: as a status answer, and as the query of its callback (docs: zalo 10.1)."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from emulator.faults import Fault
from emulator.sms.carriers import carrier_of
from emulator.sms.short_message import ShortMessage

SEND_STATUS = {"queued": 2, "sent": 7, "away": 7, "delivered": 5, "failed": 5, "rejected": 4, "uncertain": 5}


def count_outcome(sms: ShortMessage) -> dict[str, Any]:
    """The counts of a message of one receiver, as numbers."""
    return {
        "SendFailed": int(sms.state in {"failed", "rejected"}),
        "SendStatus": SEND_STATUS[sms.state],
        "SendSuccess": int(sms.state == "delivered"),
        "TotalPrice": float(sms.price_vnd),
        "TotalReceiver": 1,
        "TotalSent": int(sms.state not in {"queued", "rejected"}),
    }


def write_callback(sms: ShortMessage) -> str:
    """The callback's query string, with every documented field of a short message."""
    counts = count_outcome(sms)
    fields = {
        "SMSID": sms.order_id,
        **counts,
        "TotalPrice": f"{counts['TotalPrice']:.4f}",
        "RequestId": sms.request_id,
        "TypeId": sms.type_id,
        "telcoid": carrier_of(sms.phone).telco_id,
        "phonenumber": local_form(sms.phone),
        "switchsmsid": "",
    }
    return urlencode(fields)


def join_query(url: str, query: str) -> str:
    """An address with a query added to whatever it has."""
    bare = url.partition("#")[0]
    joint = "" if bare.endswith(("?", "&")) else "&" if "?" in bare else "?"
    return f"{bare}{joint}{query}"


def local_form(phone: str) -> str:
    """`0…` from `84…`, as eSMS writes numbers."""
    return "0" + phone[2:]


def plan_reports(faults: Iterable[Fault], delay_seconds: float) -> tuple[float, int]:
    """Seconds until the report, and how many times it goes out, as the faults on the send order it."""
    copies = 1
    for fault in faults:
        if fault.mode == "no_receipt":
            copies = 0
        elif fault.mode == "duplicate_receipt":
            copies *= 2
        elif fault.mode == "late_receipt":
            delay_seconds = fault.seconds
    return delay_seconds, copies
