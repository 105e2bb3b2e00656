"""The ten national statuses, the notices, and the table between them.

docs: public-services 2.1 (codes and names) and 2.2 (which status announces what, the transition matrix).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from enum import IntEnum, StrEnum


class Status(IntEnum):
    """``TrangThaiHoSo`` of the national synchronisation API. docs: public-services 2.1."""

    REGISTERED = 1
    ACCEPTED = 2
    REFUSED = 3
    PROCESSING = 4
    SUPPLEMENT_REQUIRED = 5
    PAYMENT_REQUIRED = 6
    WITHDRAWN = 7
    STOPPED = 8
    FINISHED = 9
    RETURNED = 10

    @property
    def label_vi(self) -> str:
        """The exact Vietnamese name of the national list."""
        return _STATUS_LABELS[self][0]

    @property
    def label_en(self) -> str:
        """Our English name, for engineers and the English console."""
        return _STATUS_LABELS[self][1]


_STATUS_LABELS = {
    Status.REGISTERED: ("Mới đăng ký", "Newly registered"),
    Status.ACCEPTED: ("Được tiếp nhận", "Accepted"),
    Status.REFUSED: ("Không được tiếp nhận", "Refused"),
    Status.PROCESSING: ("Đang xử lý", "In processing"),
    Status.SUPPLEMENT_REQUIRED: ("Yêu cầu bổ sung giấy tờ", "Supplement required"),
    Status.PAYMENT_REQUIRED: ("Yêu cầu thực hiện nghĩa vụ tài chính", "Payment required"),
    Status.WITHDRAWN: ("Công dân yêu cầu rút hồ sơ", "Withdrawn by the citizen"),
    Status.STOPPED: ("Dừng xử lý", "Processing stopped"),
    Status.FINISHED: ("Đã xử lý xong", "Processing finished"),
    Status.RETURNED: ("Đã trả kết quả", "Result returned"),
}


class Notice(StrEnum):
    """What a citizen is told. The first five are the city's promise, the others can be switched off."""

    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    SUPPLEMENT = "supplement"
    FINISHED = "finished"
    WITHDRAWN = "withdrawn"
    PAYMENT = "payment"
    STOPPED = "stopped"
    RETURNED = "returned"

    @property
    def label_vi(self) -> str:
        """A short Vietnamese name, for lists and pages."""
        return _NOTICE_LABELS[self][0]

    @property
    def label_en(self) -> str:
        """A short English name, for lists and pages."""
        return _NOTICE_LABELS[self][1]


_NOTICE_LABELS = {
    Notice.SUBMITTED: ("Đã nộp, chờ tiếp nhận", "Submitted"),
    Notice.ACCEPTED: ("Đã tiếp nhận, đang xử lý", "Accepted"),
    Notice.REFUSED: ("Bị từ chối", "Refused"),
    Notice.SUPPLEMENT: ("Cần bổ sung", "Supplement required"),
    Notice.FINISHED: ("Đã xử lý xong", "Finished"),
    Notice.WITHDRAWN: ("Đã rút hồ sơ", "Withdrawn"),
    Notice.PAYMENT: ("Cần nộp nghĩa vụ tài chính", "Payment required"),
    Notice.STOPPED: ("Dừng xử lý", "Stopped"),
    Notice.RETURNED: ("Đã trả kết quả", "Result returned"),
}

FIVE: frozenset[Notice] = frozenset(
    {Notice.SUBMITTED, Notice.ACCEPTED, Notice.REFUSED, Notice.SUPPLEMENT, Notice.FINISHED}
)
"""The five states of the city's promise: never switched off. docs: public-services 1."""

EXTRAS: frozenset[Notice] = frozenset(Notice) - FIVE
"""What may be announced besides. docs: public-services 2.1, "Default for the options"."""

DEFAULT_EXTRAS: frozenset[Notice] = frozenset({Notice.WITHDRAWN, Notice.PAYMENT, Notice.STOPPED})
"""On unless switched off: they demand action or change rights."""

APOLOGY = "apology"
"""The kind of the notice that apologises for a late dossier and names a new date: no status announces it, an officer
confirms it (docs: public-services 6.1)."""

APOLOGY_LABELS = {"vi": "Xin lỗi và hẹn lại ngày", "en": "Apology with a new date"}
"""Its short names, as those of the other notices."""

_ANNOUNCED_AS = {
    Status.REGISTERED: Notice.SUBMITTED,
    Status.ACCEPTED: Notice.ACCEPTED,
    Status.REFUSED: Notice.REFUSED,
    Status.PROCESSING: Notice.ACCEPTED,  # each further step repeats 4; it merges with "accepted"
    Status.SUPPLEMENT_REQUIRED: Notice.SUPPLEMENT,
    Status.PAYMENT_REQUIRED: Notice.PAYMENT,
    Status.WITHDRAWN: Notice.WITHDRAWN,
    Status.STOPPED: Notice.STOPPED,
    Status.FINISHED: Notice.FINISHED,
    Status.RETURNED: Notice.RETURNED,
}


def notice_for(status: Status, *, extras: Collection[Notice], has_refusal_reason: bool = False) -> Notice | None:
    """Return the notice a status announces, or None for one that is not announced.

    ``extras`` are the optional notices that are switched on. A stop that carries a refusal reason is told as a
    refusal when ``stopped`` is switched off, so that nobody is refused in silence. docs: public-services 2.1.
    """
    notice = _ANNOUNCED_AS[status]
    if notice in FIVE or notice in extras:
        return notice
    if notice is Notice.STOPPED and has_refusal_reason:
        return Notice.REFUSED
    return None


def notices_of(codes: Iterable[int], extras: Collection[Notice] = ()) -> list[Notice]:
    """Return the notices of one dossier's statuses in order of arrival, neighbours never repeated.

    The reference behaviour of docs: public-services 2.2. Raises ``ValueError`` for a code outside 1…10.
    """
    announced: list[Notice] = []
    for code in codes:
        notice = notice_for(Status(code), extras=extras)
        if notice is not None and announced[-1:] != [notice]:
            announced.append(notice)
    return announced


class Transition(StrEnum):
    """How usual a step from one status to the next is. An anomaly is reported and stored all the same."""

    NORMAL = "normal"
    RARE = "rare"
    REPEAT = "repeat"
    ANOMALY = "anomaly"


_SIGNS = {"L": Transition.NORMAL, "r": Transition.RARE, "=": Transition.REPEAT, ".": Transition.ANOMALY}

# docs: public-services 2.2. L normal, r rare but seen, = repeat, . anomaly; 0 stands for "not known before".
_MATRIX = """
from\\to  1 2 3 4 5 6 7 8 9 10
0         L L . . . . . . . .
1         = L L r L L L r r r
2         . = r L L L L L L r
3         r r = . . . . . . .
4         . r r L L L L L L r
5         L L L L = . L L r r
6         L L . L . = L L L r
7         . L . L . . = L r .
8         . r . L . . . = r L
9         . r . r r r . . = L
10        . r . r . . . . r =
"""


def _read_matrix(table: str) -> dict[tuple[int, int], Transition]:
    header, *rows = (line.split() for line in table.strip().splitlines())
    targets = [int(word) for word in header[1:]]
    return {
        (int(source), target): _SIGNS[sign]
        for source, *signs in rows
        for target, sign in zip(targets, signs, strict=True)
    }


_TRANSITIONS = _read_matrix(_MATRIX)


def transition(previous: Status | None, new: Status) -> Transition:
    """Return how usual the step is; ``previous`` is None for a dossier seen for the first time."""
    return _TRANSITIONS[previous or 0, new]
