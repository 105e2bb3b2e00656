"""What is counted, shown and tested before a broadcast is approved, and what is told of it afterwards."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from status_bridge.broadcasts.placeholders import sample_values
from status_bridge.broadcasts.render import KIND, Writer
from storage import notices, recipients
from storage.audiences import Audience
from storage.broadcasts import BroadcastRefused, Estimate
from storage.notices import CONTENT_COLUMN, NewNotice
from storage.officers import Officer, Role
from storage.recipient_lists import ROW_COLUMN
from storage.recipients import ClosedChannel
from tests.integration.status_bridge.broadcast_office import (
    MESSAGE,
    UNIT,
    BroadcastOffice,
    draft,
    open_broadcast_office,
    phone,
)
from tests.integration.status_bridge.people_of_audiences import CIPHER


@pytest.fixture
async def office(postgres_url: str) -> AsyncIterator[BroadcastOffice]:
    async with open_broadcast_office(postgres_url) as opened:
        yield opened


@pytest.fixture
async def author(office: BroadcastOffice) -> Officer:
    return await office.hire(Role.AUTHOR)


async def refusal_of(action: Any) -> BroadcastRefused:
    with pytest.raises(BroadcastRefused) as refused:
        await action
    return refused.value


async def close(office: BroadcastOffice, place: int, *channels: str, reason: str = "unreachable") -> None:
    """Let the platform have said that channels do not reach a phone."""
    hashed = CIPHER.lookup_hash(phone(place))
    closed = [ClosedChannel(hashed, one, reason, None, 3600.0) for one in channels]
    await recipients.close_channels(office.database, closed)


async def told(office: BroadcastOffice, place: int, times: int, *, days_ago: float = 1.0, **columns: Any) -> None:
    """Let a phone have got messages."""
    for _ in range(times):
        notice = NewNotice(
            id=uuid.uuid4(),
            dossier_id=None,
            dossier_code=None,
            ordinal=columns.get("ordinal"),
            event_key=None,
            kind=KIND,
            state="accepted",
            reason=None,
            demands_action=False,
            language="vi",
            phone=phone(place),
            content={"text": "x"},
            due_at=None,
        )
        async with office.database.transaction() as connection:
            await notices.insert(connection, [notice], CIPHER)
        await office.run(
            "UPDATE notices SET created_at = now() - make_interval(days => 0, secs => %(secs)s), accepted_at = now(),"
            " broadcast_id = %(broadcast)s WHERE id = %(id)s RETURNING 1",
            secs=days_ago * 86_400,
            broadcast=columns.get("broadcast"),
            id=notice.id,
        )


async def counted(office: BroadcastOffice, author: Officer, **changes: Any) -> Estimate:
    estimate = (await office.counted(author, **changes)).estimate
    assert estimate is not None
    return estimate


async def test_people_are_counted_by_the_channel_that_delivery_would_try_first(
    office: BroadcastOffice, author: Officer
) -> None:
    await office.people(6)
    await office.town.dossier(None)
    await office.town.chat(phone(2))  # by user id, which is cheaper
    await close(office, 3, "zalo_template")  # by short message
    await close(office, 4, "zalo_template", "sms_esms")  # by nothing
    await office.town.opt_out(phone(5))
    await close(office, 6, "zalo_template", reason="refused")  # nothing of ours is wanted
    message = MESSAGE.model_copy(update={"sms": "Cup dien ngay mai"})
    estimate = await counted(office, author, message=message)
    assert estimate.by_channel == {"sms_esms": 1, "zalo_template": 1, "zalo_template_uid": 1}
    assert (estimate.people, estimate.opted_out, estimate.no_way, estimate.asked) == (3, 1, 3, 5)
    assert estimate.cost_vnd == 200 + 150 + 500
    alone = await counted(office, author)
    assert (alone.people, alone.no_way) == (2, 4)


async def test_a_short_message_costs_as_many_parts_as_each_persons_values_make_it(
    office: BroadcastOffice, author: Officer
) -> None:
    await office.town.dossier(phone(1), procedure_name="Khai sinh")
    await office.town.dossier(phone(2), procedure_name="Đăng ký " + "biến động đất đai " * 6)
    for place in (1, 2):
        await close(office, place, "zalo_template")
    message = MESSAGE.model_copy(update={"sms": "x" * 100 + " {thu_tuc}"})
    estimate = await counted(office, author, message=message)
    assert estimate.cost_vnd == 500 + 1000


async def test_a_page_is_walked_after_the_other_and_told_of(
    office: BroadcastOffice, author: Officer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("status_bridge.broadcasts.estimating.PAGE", 2)
    await office.people(5)
    made = await office.desk.create(draft(), author)
    heard: list[int] = []
    after = await office.desk.estimate(made.number, author, tell=heard.append)
    assert after.estimate is not None
    assert (after.estimate.people, heard) == (5, [2, 4, 5])


async def test_it_says_how_many_messages_people_had_this_week(office: BroadcastOffice, author: Officer) -> None:
    await office.people(4)
    await told(office, 1, 2)
    await told(office, 2, 4)
    await told(office, 3, 6)
    await told(office, 4, 3, days_ago=8)
    assert (await counted(office, author)).week == {"0": 1, "1-2": 1, "3-5": 1, "6+": 1}


async def test_it_is_compared_with_the_units_last_one(office: BroadcastOffice, author: Officer) -> None:
    await office.people(1)
    assert (await counted(office, author)).previous is None
    first = await office.submitted(author)
    await office.desk.start(first.number, author)
    await told(office, 1, 1, days_ago=0, broadcast=first.id, ordinal=1)
    await office.people(2, first=2)
    estimate = await counted(office, author)
    assert estimate.previous == {"number": first.number, "people": 1, "cost_vnd": 200, "overlap": 1}


async def test_time_and_quota_leave_the_status_notices_their_share(office: BroadcastOffice, author: Officer) -> None:
    await office.run(
        "INSERT INTO accounts (id, app_id, quota_remaining, quota_total) VALUES ('oa', 'app', 4, 10) RETURNING id"
    )
    office.choose(account_id="oa", canary_wait=timedelta(minutes=5))
    await office.people(3)
    estimate = await counted(office, author)
    assert (estimate.quota_remaining, estimate.quota_left_for_status) == (4, 3)
    # 42 a minute are left of 60; the first share's five minutes; two people more than today's quota: one midnight.
    assert estimate.seconds == pytest.approx(3 * 60 / 42 + 300 + 86_400)


async def test_a_change_while_it_is_counted_leaves_no_count(
    office: BroadcastOffice, author: Officer, postgres_url: str
) -> None:
    await office.people(1)
    made = await office.desk.create(draft(), author)

    def change(_people: int) -> None:  # as another process would, in the middle of the count
        with psycopg.connect(postgres_url) as connection:
            connection.execute("UPDATE broadcasts SET title = 'Khác' WHERE id = %s", (made.id,))

    counting = office.desk.estimate(made.number, author, tell=change)
    assert (await refusal_of(counting)).word == "changed_meanwhile"
    found = await office.desk.find(made.number)
    assert found is not None
    assert found.estimate is None


async def test_a_preview_shows_real_people_without_naming_them_and_is_in_the_log(
    office: BroadcastOffice, author: Officer
) -> None:
    await office.town.dossier(phone(1), name="Trần Thị Bảo Ngọc")
    made = await office.desk.create(draft(), author)
    [shown] = await office.desk.preview(made.number, author)
    assert shown.text == "Kính gửi T*** Ngọc: khu vực cúp điện ngày mai."
    assert (shown.phone, shown.channel, shown.cost_vnd) == ("0905***001", "zalo_template", 200)
    assert shown.params["tieu_de"] == "Cúp điện"
    assert "0905000001" not in repr(shown)
    assert (await office.desk.history(made))[0].action == "broadcast.preview"


async def test_a_test_goes_to_one_phone_with_values_of_nobody_and_counts_for_nothing(
    office: BroadcastOffice, author: Officer
) -> None:
    await office.people(1)
    made = await office.counted(author)
    notice = await office.desk.test_send(made.number, "0905 000 009", author)
    [row] = await office.run("SELECT * FROM notices WHERE id = %(id)s", id=notice)
    assert (row["lane"], row["state"], row["broadcast_id"]) == ("status", "pending", None)
    content = json.loads(CIPHER.decrypt(row["content_enc"], CONTENT_COLUMN))
    assert content["params"] == dict(MESSAGE.params)
    assert "text" not in content
    assert office.rung == ["status"]
    assert (await office.desk.report(made.number)).people == 0
    assert (await office.desk.history(made))[0].detail == {"notice_id": str(notice)}


async def test_tests_are_few_even_all_at_once(office: BroadcastOffice, author: Officer) -> None:
    office.choose(tests_per_hour=2)
    made = await office.desk.create(draft(), author)
    other = await office.desk.create(draft(), author)
    assert (await refusal_of(office.desk.test_send(made.number, "1022", author))).word == "no_mobile"
    tries = [office.desk.test_send(one.number, "0905000009", author) for one in (made, other) * 3]
    results = await asyncio.gather(*tries, return_exceptions=True)
    words = [one.word for one in results if isinstance(one, BroadcastRefused)]
    assert words == ["too_many_tests"] * 4


async def upload(office: BroadcastOffice, *rows: dict[str, str], unit: str = UNIT, **columns: Any) -> int:
    """A list that was read."""
    values = {"state": "ready", "digest": b"first", "columns": sorted(rows[0]) if rows else [], "good": len(rows)}
    values = {**values, "expires_at": datetime.now(UTC) + timedelta(days=1), **columns}
    names = ", ".join(values)
    marks = ", ".join(f"%({name})s" for name in values)
    [made] = await office.run(
        f"INSERT INTO recipient_lists (name, unit, file_name, officer, {names})"
        f" VALUES ('Danh sách', %(unit)s, 'a.csv', 'x', {marks}) RETURNING id",
        unit=unit,
        **values,
    )
    for line, row in enumerate(rows, 2):
        told_row = json.dumps({"phone": phone(line), "values": row})
        await office.run(
            "INSERT INTO recipients VALUES (%(list)s, %(line)s, %(hash)s, %(enc)s) RETURNING 1",
            list=made["id"],
            line=line,
            hash=CIPHER.lookup_hash(phone(line)),
            enc=CIPHER.encrypt(told_row, ROW_COLUMN),
        )
    return int(made["id"])


def to_list(list_id: int, text: str = "Kính gửi ông/bà.") -> dict[str, Any]:
    """A message to a list."""
    return {
        "audience": Audience(kind="list", list_id=list_id),
        "message": MESSAGE.model_copy(update={"text": text}),
    }


async def test_a_list_has_its_columns_and_those_only(office: BroadcastOffice, author: Officer) -> None:
    listed = await upload(office, {"so_nha": "12 Trần Phú"}, {"so_nha": "https://lừa.vn/x {ten}"})
    refused = await refusal_of(office.desk.create(draft(**to_list(listed, "Kính gửi {ten}")), author))
    assert (refused.word, refused.values["known"]) == ("placeholder_unknown", ("so_nha",))
    made = await office.desk.create(draft(**to_list(listed, "Nhà {so_nha} cúp điện")), author)
    texts = [one.text for one in await office.desk.preview(made.number, author)]
    assert texts == ["Nhà 12 Trần Phú cúp điện", "Nhà - cúp điện"]


@pytest.mark.parametrize(
    ("columns", "word"),
    [
        ({"unit": "H17.34"}, "list_unknown"),
        ({"unit": "H17"}, "list_unknown"),
        ({"state": "reading", "digest": None}, "list_not_ready"),
        ({"state": "failed"}, "list_not_ready"),
        ({"good": 0}, "list_empty"),
        ({"expires_at": datetime.now(UTC) - timedelta(seconds=1)}, "list_expires"),
    ],
)
async def test_a_list_that_cannot_be_sent_to_is_refused(
    office: BroadcastOffice, author: Officer, columns: dict[str, Any], word: str
) -> None:
    listed = await upload(office, {"so_nha": "12"}, **columns)

    async def create_and_count() -> None:
        await office.counted(author, **to_list(listed))

    assert (await refusal_of(create_and_count())).word == word


async def test_a_list_that_changed_after_approval_is_not_started(office: BroadcastOffice, author: Officer) -> None:
    listed = await upload(office, {"so_nha": "12"}, {"so_nha": "14"})
    submitted = await office.submitted(author, **to_list(listed))
    approver = await office.hire(Role.APPROVER)
    other_rows = "UPDATE recipient_lists SET digest = 'other' WHERE id = %(id)s RETURNING id"
    same_rows = "UPDATE recipient_lists SET digest = 'first' WHERE id = %(id)s RETURNING id"
    await office.run(other_rows, id=listed)
    deciding = office.desk.decide(submitted.number, approver, "approved", submitted.content_hash or b"")
    assert (await refusal_of(deciding)).word == "content_changed"
    await office.run(same_rows, id=listed)
    await office.desk.decide(submitted.number, approver, "approved", submitted.content_hash or b"")
    await office.run(other_rows, id=listed)
    assert (await refusal_of(office.desk.start(submitted.number, author))).word == "list_changed"
    found = await office.desk.find(submitted.number)
    assert found is not None
    assert (found.state, found.reason) == ("draft", "list_changed")


async def test_a_planned_one_whose_list_changed_becomes_a_draft_at_its_moment(
    office: BroadcastOffice, author: Officer
) -> None:
    listed = await upload(office, {"so_nha": "12"})
    planned = await office.submitted(author, **to_list(listed), scheduled_at=datetime.now(UTC) + timedelta(hours=1))
    await office.desk.start(planned.number, author)
    await office.run("UPDATE recipient_lists SET digest = 'other' WHERE id = %(id)s RETURNING id", id=listed)
    await office.run("UPDATE broadcasts SET start_at = now() WHERE id = %(id)s RETURNING 1", id=planned.id)
    office.time = datetime.now(UTC) + timedelta(seconds=5)
    assert await office.desk.begin_due() == []
    found = await office.desk.find(planned.number)
    assert found is not None
    assert (found.state, found.reason, found.start_at) == ("draft", "list_changed", None)


async def test_the_report_adds_up_and_each_outcome_is_told_masked(office: BroadcastOffice, author: Officer) -> None:
    await office.people(1)
    made = await office.submitted(author)
    ends = [("read", None, "zalo_template"), ("failed", "recipient_unreachable", None), ("accepted", None, "sms_esms")]
    for ordinal, (state, reason, channel) in enumerate(ends, 1):
        await told(office, ordinal, 1, days_ago=0, broadcast=made.id)
        await office.run(
            "UPDATE notices SET state = %(state)s, reason = %(reason)s, channel = %(channel)s, cost_vnd = 200,"
            " ordinal = %(ordinal)s, accepted_at = CASE WHEN %(state)s = 'failed' THEN NULL ELSE now() END"
            " WHERE broadcast_id = %(id)s AND ordinal IS NULL RETURNING 1",
            state=state,
            reason=reason,
            channel=channel,
            ordinal=ordinal,
            id=made.id,
        )
    await office.town.opt_out(phone(1))
    report = await office.desk.report(made.number, units=[UNIT])
    assert (report.people, report.arrived, report.failed, report.opt_outs, report.cost_vnd) == (3, 2, 1, 1, 600)
    assert report.by_channel == {"sms_esms": 1, "zalo_template": 1}
    assert report.by_reason == {"recipient_unreachable": 1}
    assert sum(hour.accepted for hour in report.hours) == 2
    assert [(one.ordinal, one.phone, one.state) for one in await office.desk.outcomes(made.number, 1, 1)] == [
        (2, "0905***002", "failed")
    ]


async def test_progress_is_what_the_sending_wrote(office: BroadcastOffice, author: Officer) -> None:
    made = await office.desk.create(draft(), author)
    progress = await office.desk.status(made.number)
    assert (progress.state, progress.rows, progress.share_done, progress.at) == ("draft", 0, 0.0, None)
    await office.run(
        "UPDATE broadcasts SET state = 'sending', rows = 10, released = 8, progress ="
        ' \'{"at": "2026-03-02T03:00:00+00:00", "left": 4, "counts": {"accepted": 6}, "rate_per_second": 2.0}\''
        " WHERE id = %(id)s RETURNING 1",
        id=made.id,
    )
    progress = await office.desk.status(made.number, units=["H17"])
    assert (progress.share_done, progress.counts, progress.rate_per_second) == (0.6, {"accepted": 6}, 2.0)


async def test_the_message_that_is_tested_is_the_one_that_is_sent(office: BroadcastOffice) -> None:
    writer = Writer.of(draft())
    sample = writer.fill(sample_values(writer.names, kind="dossiers"))
    assert sample.text == "Kính gửi Nguyễn Văn A: khu vực cúp điện ngày mai."
    assert replace(sample, text="").params == dict(MESSAGE.params)
