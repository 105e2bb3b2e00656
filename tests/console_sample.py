"""A city's working day for the console's tests and pictures: dossiers, notices in every state, talks, broadcasts.

    from tests.console_sample import fill_office

    sample = await fill_office(office)             # 64 dossiers of three wards, most of them told of today
    sample.codes[0]                                # a dossier of H17.33.2; `sample.wards` has all units
    sample.tickets, sample.handovers               # numbers: PA-…, HT-…
    sample.broadcasts["submitted"]                 # the number of a broadcast in that state

Call it once a database. Dossiers come in by the product's own intake; what the platforms did to their notices is
written into the rows afterwards, as workers would have. All people are made up; their names and phones are watched for
in the logs (tests/log_leaks.py).
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import accumulate
from typing import Any, Final

from psycopg.types.json import Jsonb
from pydantic import SecretStr

from hoso import parts
from storage import accounts, broadcasts, citizens, conversations, handovers, tickets
from storage.audiences import Audience
from storage.broadcasts import Draft, Message
from storage.conversations import Said
from storage.database import execute
from storage.tickets import NewTicket
from tests.engines import register_name
from tests.office import Office
from tests.site import make_event

WARDS: Final = {
    "H17.33.2": "UBND phường Hải Châu",
    "H17.33.5": "UBND phường Thanh Khê",
    "H17.34.1": "UBND phường Sơn Trà",
}
PROCEDURES: Final = (
    ("1.001193", "Đăng ký khai sinh"),
    ("1.000894", "Đăng ký kết hôn"),
    ("1.004222", "Đăng ký thường trú"),
    ("2.000635", "Cấp bản sao trích lục hộ tịch"),
    ("1.001612", "Đăng ký thành lập hộ kinh doanh"),
)
PEOPLE: Final = (
    "Nguyễn Thị Minh Châu",
    "Trần Quốc Khải Nguyên",
    "Lê Hoàng Bảo Trân",
    "Phạm Ngọc Thảo Vy",
    "Huỳnh Đức Gia Huy",
    "Võ Thị Tường Lam",
    "Đặng Văn Phú Thịnh",
    "Bùi Thanh Uyên Thư",
)
STATUSES: Final = (2, 2, 9, 5, 2, 9, 3, 2, 9, 4)
_DOSSIERS: Final = 64
_WEIGHTS: Final = {7: 2, 8: 6, 9: 8, 10: 7, 11: 4, 12: 0.6, 13: 4, 14: 6.5, 15: 7.5, 16: 5, 17: 2, 18: 0.7, 19: 0.5}


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a notice; seconds after it was made."""

    state: str
    channel: str | None = "zalo_template"
    reason: str | None = None
    sends: int = 1
    cost_vnd: int | None = 300
    delivered_after: float | None = None
    codes: tuple[tuple[str, str | None], ...] = (("accepted", None), ("receipt", "delivered"))

    @property
    def was_taken(self) -> bool:
        """Whether a platform took it."""
        return self.state in {"accepted", "delivered", "read"}


_BY_SMS: Final = (("refused", "-118"), ("accepted", None), ("receipt", "delivered"))
_AT_LAST: Final = (("not_sent", "timeout"), ("accepted", None), ("receipt", "delivered"))
_NO_WAY: Final = (("refused", "-118"), ("refused", "invalid_number"))

FATES: Final = (
    Fate("delivered", delivered_after=2.1),
    Fate("read", "zalo_oa", cost_vnd=0, delivered_after=1.4),
    Fate("delivered", delivered_after=0.9),
    Fate("delivered", "zalo_template_uid", cost_vnd=200, delivered_after=3.2),
    Fate(
        "delivered",
        "sms",
        cost_vnd=850,
        delivered_after=9.0,
        sends=2,
        codes=(("refused", "-118"), ("accepted", None), ("receipt", "delivered")),
    ),
    Fate("read", delivered_after=1.1),
    Fate("accepted", codes=(("accepted", None),)),
    Fate(
        "delivered",
        delivered_after=41.0,
        sends=2,
        codes=(("not_sent", "timeout"), ("accepted", None), ("receipt", "delivered")),
    ),
    Fate(
        "failed",
        "sms",
        "recipient_unreachable:-118",
        cost_vnd=None,
        sends=2,
        codes=(("refused", "-118"), ("refused", "invalid_number")),
    ),
    Fate("delivered", "zalo_oa", cost_vnd=0, delivered_after=1.7),
    Fate("pending", None, None, sends=0, cost_vnd=None, codes=()),
    Fate("delivered", delivered_after=2.6),
    Fate("in_doubt", "zalo_template", "never_confirmed", cost_vnd=None, codes=(("in_doubt", "timeout"),)),
    Fate("read", delivered_after=0.8),
    Fate("superseded", None, "newer", sends=0, cost_vnd=None, codes=()),
)


@dataclass(slots=True)
class Sample:
    """What was put in."""

    codes: list[str] = field(default_factory=list)
    wards: dict[str, str] = field(default_factory=lambda: dict(WARDS))
    citizens: list[int] = field(default_factory=list)
    tickets: list[str] = field(default_factory=list)
    handovers: list[str] = field(default_factory=list)
    broadcasts: dict[str, str] = field(default_factory=dict)


def phone_of(number: int) -> str:
    """The n-th person's phone, as in a dossier."""
    return f"09051234{number:02d}"


async def fill_office(office: Office, *, now: datetime | None = None) -> Sample:
    """Put a working day into an empty office; `now` is when it is looked at."""
    now = now or datetime.now(UTC)
    for name in PEOPLE:
        register_name(name)
    sample = Sample()
    await _add_dossiers(office, sample, now)
    await _tell(office, now)
    await _add_account(office, now)
    await _add_talks(office, sample, now)
    await _add_broadcasts(office, sample, now)
    return sample


async def _add_dossiers(office: Office, sample: Sample, now: datetime) -> None:
    events = []
    wards = list(WARDS.items())
    moments = _moments(now, office.settings.zone)
    for number in range(_DOSSIERS):
        ward, ward_name = wards[0] if number % 2 == 0 else wards[1 + number // 2 % 2]
        code = f"{ward}-{now:%y%m%d}-{number + 1:04d}"
        procedure, procedure_name = PROCEDURES[number % len(PROCEDURES)]
        at = moments[number]
        status = STATUSES[number % len(STATUSES)]
        person = PEOPLE[number % len(PEOPLE)]
        data: dict[str, Any] = {
            "procedure_code": procedure,
            "procedure_name": procedure_name,
            "agency": {"code": ward, "name": ward_name},
            "applicant": {"name": person, "phone": None if number == 17 else phone_of(number), "email": None},
        }
        # A few are due tomorrow or were due the day before yesterday.
        if number % 8 == 3:
            data["due_at"] = (now + timedelta(hours=20)).isoformat()
        elif number % 8 == 6:
            data["due_at"] = (now - timedelta(days=2)).isoformat()
        phone = data["applicant"]["phone"]
        events.append(make_event(code, 1, phone, at=at - timedelta(minutes=2), **data))
        if status != 1:
            events.append(make_event(code, status, phone, at=at, **data))
        sample.codes.append(code)
    await parts.intake(office.site, office.database, office.cipher, on_work=lambda _lane: None).take(events)


def _moments(now: datetime, zone: tzinfo) -> list[datetime]:
    """When things happened: over the last thirty hours, mostly in office hours, as it does in a city."""
    slots = [now - timedelta(minutes=10 + 6 * i) for i in range(300)][::-1]
    weights = [_WEIGHTS.get(slot.astimezone(zone).hour, 0.12) for slot in slots]
    reached = list(accumulate(weights))
    wanted = [(number + 0.5) * reached[-1] / _DOSSIERS for number in range(_DOSSIERS)]
    return [slots[bisect_left(reached, place)] for place in wanted]


async def _tell(office: Office, now: datetime) -> None:
    """Write what workers and platforms would have made of the notices, spread over the last twenty hours."""
    rows = await office.database.fetch(
        "SELECT n.id, n.state, e.event_time FROM notices n JOIN dossier_events e ON e.key = n.event_key"
        " ORDER BY e.event_time, n.ordinal, n.id"
    )
    async with office.database.transaction() as connection:
        for number, row in enumerate(rows):
            fate = FATES[number % len(FATES)]
            at = row["event_time"] + timedelta(seconds=0.6)
            if row["state"] == "no_mobile":
                fate = Fate("no_mobile", None, "no_mobile", sends=0, cost_vnd=None, codes=())
            done = None if fate.delivered_after is None else at + timedelta(seconds=fate.delivered_after)
            await execute(connection, _TELL, {
                "id": row["id"], "at": at, "state": fate.state, "channel": fate.channel, "reason": fate.reason,
                "sends": fate.sends, "cost": fate.cost_vnd,
                "route": Jsonb([{"channel": fate.channel, "why": _WHY[fate.channel]}] if fate.channel else []),
                "accepted": at + timedelta(seconds=0.5) if fate.was_taken else None,
                "delivered": done, "read": done + timedelta(minutes=4) if done and fate.state == "read" else None,
                "due": now if fate.state == "pending" else None,
            })  # fmt: skip
            for send, (outcome, code) in enumerate(fate.codes, 1):
                await execute(connection, _ATTEMPT, {
                    "id": row["id"], "at": at + timedelta(seconds=send), "send": min(send, max(1, fate.sends)),
                    "channel": _channel(fate, send), "outcome": outcome, "code": code,
                })  # fmt: skip
        await execute(
            connection,
            "UPDATE dossier_events e SET received_at = event_time WHERE event_time > %(since)s",
            {"since": now - timedelta(days=3)},
        )


_WHY: Final = {
    "zalo_template": "phone_in_dossier",
    "zalo_template_uid": "linked",
    "zalo_oa": "in_window",
    "sms": "not_on_zalo",
}


def _channel(fate: Fate, send: int) -> str | None:
    """An SMS is what comes after Zalo said no."""
    return "zalo_template" if fate.channel == "sms" and send == 1 else fate.channel


_TELL: Final = """
UPDATE notices SET created_at = %(at)s, updated_at = coalesce(%(delivered)s, %(at)s), state = %(state)s,
    channel = %(channel)s, reason = %(reason)s, sends = %(sends)s, tries = %(sends)s, cost_vnd = %(cost)s,
    accepted_at = %(accepted)s, delivered_at = %(delivered)s, read_at = %(read)s, due_at = %(due)s, route = %(route)s
WHERE id = %(id)s
"""
_ATTEMPT: Final = """
INSERT INTO attempts (at, notice_id, send, channel, outcome, code, latency_ms)
VALUES (%(at)s, %(id)s, %(send)s, %(channel)s, %(outcome)s, %(code)s, 310)
"""


async def _add_account(office: Office, now: datetime) -> None:
    await accounts.AccountStore(office.database, office.cipher).seed(
        "579745863508352884", app_id="3675468901234567", access=SecretStr("sample-access"),
        refresh=SecretStr("sample-refresh"),
        expires_in_seconds=90_000,
    )  # fmt: skip
    async with office.database.transaction() as connection:
        await execute(
            connection,
            "UPDATE accounts SET name = 'Dịch vụ công Đà Nẵng', quota_remaining = 84210, quota_total = 100000,"
            " refresh_expires_at = %(at)s",
            {"at": now + timedelta(days=9)},
        )


_TALKS: Final[Sequence[tuple[str, str]]] = (
    ("Hồ sơ khai sinh của tôi tới đâu rồi?", "Hồ sơ đang được giải quyết, hẹn trả trong tuần này."),
    ("Tôi muốn gặp cán bộ để hỏi về giấy chứng sinh bị sai tên.", "Tôi đã chuyển Ông/Bà tới cán bộ. Mời chờ một lát."),
    ("Nộp ở phường mới được không?", "Được. Ông/Bà có thể nộp ở bất kỳ bộ phận một cửa nào của thành phố."),
)


async def _add_talks(office: Office, sample: Sample, now: datetime) -> None:
    for number, (asked, answered) in enumerate(_TALKS):
        citizen = await citizens.meet(office.database, office.cipher, platform="zalo", user_id=f"77000000{number}")
        await citizens.note_interaction(office.database, citizen.id, at=now - timedelta(minutes=6 + number))
        sample.citizens.append(citizen.id)
        for author, text in (("citizen", asked), ("bot", answered)):
            said = Said(citizen.id, author, "text", text, at=now - timedelta(minutes=6 + number))
            await conversations.note_said(office.database, office.cipher, said)
        if number:
            handover, _ = await handovers.request(
                office.database, office.cipher, citizen_id=citizen.id, entry_id=9_000_000 + number,
                reason="asked", due_at=now + timedelta(minutes=30),
            )  # fmt: skip
            sample.handovers.append(handover.number)
    for number, (topic, text, days) in enumerate(
        (
            ("complaint", "Tôi chờ ở quầy số 3 hơn một giờ mà không ai gọi số.", -1),
            ("petition", "Đề nghị phường mở thêm buổi tối thứ năm để người đi làm nộp được.", 12),
            ("praise", "Cán bộ tiếp nhận hướng dẫn rất tận tình, xin cảm ơn.", 4),
        )
    ):
        ticket, _ = await tickets.open_ticket(
            office.database,
            office.cipher,
            NewTicket(
                "feedback", sample.citizens[number], 9_100_000 + number, topic=topic, text=text,
                unit=list(WARDS)[number], due_at=now + timedelta(days=days),
            ),
        )  # fmt: skip
        sample.tickets.append(ticket.number)


_BROADCASTS: Final = (
    ("draft", "Lịch làm việc của bộ phận một cửa dịp Tết", 0),
    ("submitted", "Cúp điện ngày thứ bảy: bộ phận một cửa đóng cửa buổi sáng", 1840),
    ("paused", "Thủ tục đăng ký thường trú có mẫu mới", 12400),
    ("done", "Nhắc nộp bổ sung giấy tờ trước ngày 30", 612),
)


async def _add_broadcasts(office: Office, sample: Sample, now: datetime) -> None:
    for number, (state, title, people) in enumerate(_BROADCASTS):
        draft = Draft(
            title=title,
            unit="H17.33.2",
            message=Message(text=f"{title}. Chi tiết tại bộ phận một cửa phường Hải Châu."),
            audience=Audience(units=("H17.33.2",)),
        )
        async with office.database.transaction() as connection:
            made = await broadcasts.add(
                connection, draft, number=f"TB-SAMPLE{number + 2}X", author="sample.author", canary_percent=1.0
            )
            assert made is not None
            await execute(connection, _MOVE, {
                "id": made.id, "state": state, "rows": people, "hash": bytes(32) if state != "draft" else None,
                "released": 0 if state in ("draft", "submitted") else people if state == "done" else people * 2 // 5,
                "progress": Jsonb({} if state in ("draft", "submitted") else _progress(people, state == "done", now)),
                "resumes_as": "sending" if state == "paused" else None,
                "estimate": None if state == "draft" else Jsonb(_estimate(people, now)),
                "at": now - timedelta(hours=3 - number / 2),
            })  # fmt: skip
        sample.broadcasts[state] = made.number


def _progress(people: int, is_done: bool, now: datetime) -> dict[str, Any]:
    """As the sender of broadcasts writes it down (workers/broadcasts/tally.py)."""
    out = people if is_done else people * 2 // 5
    failed = out // 90
    delivered = (out - failed) * 6 // 10
    counts = {"delivered": delivered, "read": out - failed - delivered, "failed": failed, "held": people - out}
    return {
        "at": now.isoformat(),
        "people": people,
        "counts": {state: number for state, number in counts.items() if number},
        "channels": {"zalo_template": out - out // 10, "sms_esms": out // 10},
        "failures": {"recipient_unreachable:-118": failed} if failed else {},
        "waiting": {},
        "outcomes": out,
        "failed": failed,
        "complaints": 0,
        "cost_vnd": (out - failed) * 300,
        "left": people - out,
        "left_out": {},
        "rate_per_second": None,
        "remaining_seconds": None,
        "waits": None,
        "settled": is_done,
    }


def _estimate(people: int, now: datetime) -> dict[str, Any]:
    return {
        "counted_at": now.isoformat(), "content_hash": bytes(32).hex(), "people": people,
        "by_channel": {"zalo_template": people * 9 // 10, "sms_esms": people // 10}, "opted_out": 12, "no_way": 7,
        "cost_vnd": people * 300, "seconds": people / 20, "quota_remaining": 84210,
        "quota_left_for_status": max(0, 84210 - people),
        "week": {"0": people // 2, "1-2": people // 2, "3-5": 0, "6+": 0},
        "previous": None,
    }  # fmt: skip


_MOVE: Final = """
UPDATE broadcasts SET state = %(state)s, rows = %(rows)s, released = %(released)s, resumes_as = %(resumes_as)s,
    progress = %(progress)s, content_hash = %(hash)s, estimate = %(estimate)s, created_at = %(at)s, updated_at = %(at)s,
    submitted_at = CASE WHEN %(state)s::text <> 'draft' THEN %(at)s::timestamptz END,
    approved_at = CASE WHEN %(state)s::text IN ('paused', 'done') THEN %(at)s::timestamptz END,
    started_at = CASE WHEN %(state)s::text IN ('paused', 'done') THEN %(at)s::timestamptz END,
    ended_at = CASE WHEN %(state)s::text = 'done' THEN %(at)s::timestamptz + interval '20 minutes' END
WHERE id = %(id)s
"""
