"""The nine reference sequences (docs: public-services 2.2), from an HTTP request to the citizen's phone."""

import asyncio
import json
import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.acceptance.conftest import Dossier
from tests.site import Site, make_event

N1, N2, N3, N4, N5, N6, N8 = ["submitted", "accepted", "refused", "supplement", "finished", "payment", "stopped"]
NOTICES = {1: N1, 2: N2, 3: N3, 4: N2, 5: N4, 6: N6, 8: N8, 9: N5}
SEQUENCES: dict[tuple[int, ...], list[str]] = {
    (1, 2, 4, 4, 9, 10): [N1, N2, N5],
    (2, 4, 9, 10): [N2, N5],
    (1, 3): [N1, N3],
    (1, 5, 2, 4, 9, 10): [N1, N4, N2, N5],
    (2, 4, 5, 4, 5, 4, 9): [N2, N4, N2, N4, N2, N5],
    (2, 4, 8, 4, 9): [N2, N8, N2, N5],
    (2, 4, 6, 4, 9): [N2, N6, N2, N5],
    (1, 10): [N1],
    (2, 4, 9, 4, 9): [N2, N5, N2, N5],
}
WITHOUT_EXTRAS = {(2, 4, 8, 4, 9): [N2, N5], (2, 4, 6, 4, 9): [N2, N5]}
FINISHED_STATES = {"accepted", "delivered", "read"}


def events_of(dossier: Dossier, statuses: Sequence[int]) -> list[dict[str, Any]]:
    """One event a minute, the last one a minute ago."""
    begun = datetime.now(UTC) - timedelta(minutes=len(statuses))
    return [
        make_event(dossier.code, status, dossier.phone, at=begun + timedelta(minutes=number))
        for number, status in enumerate(statuses)
    ]


async def sent_notices(site: Site, dossier: Dossier) -> list[str]:
    """What the phone shows when every notice of the dossier has ended; checks that the API tells the same."""

    async def all_ended() -> bool:
        return {notice["state"] for notice in await site.notices(dossier.code)} <= FINISHED_STATES

    await site.wait_until(all_ended, 30, what=f"all notices of {dossier.code} sent")
    told = await site.notices(dossier.code)
    messages = await site.messages(phone=dossier.phone, channel="template")
    assert [message["tracking_id"] for message in messages] == [notice["tracking_id"] for notice in told]
    assert {notice["sends"] for notice in told} <= {1}
    arrived = await site.arrived(dossier.phone)
    assert arrived == [notice["notice"] for notice in told]
    return arrived


def _name(statuses: Sequence[int]) -> str:
    return "-".join(map(str, statuses))


@pytest.mark.parametrize("statuses", SEQUENCES, ids=_name)
async def test_in_order_one_by_one_exactly_the_listed_notices_arrive(
    site: Site, dossier: Dossier, statuses: tuple[int, ...]
) -> None:
    for event in events_of(dossier, statuses):
        [result] = await site.post_events([event])
        assert result["outcome"] == "accepted"
    assert await sent_notices(site, dossier) == SEQUENCES[statuses]


async def test_shuffled_inside_one_batch_exactly_the_listed_notices_arrive(
    site: Site, new_dossier: Callable[[], Dossier]
) -> None:
    order = random.Random(20260302)
    for statuses, expected in SEQUENCES.items():
        dossier = new_dossier()
        events = events_of(dossier, statuses)
        order.shuffle(events)
        results = await site.post_events(events)
        assert [result["outcome"] for result in results] == ["accepted"] * len(events)
        assert sorted(filter(None, (result["notice"] for result in results))) == sorted(expected)
        assert await sent_notices(site, dossier) == expected, _name(statuses)


async def test_all_nine_in_one_shuffled_batch_do_not_disturb_each_other(
    site: Site, new_dossier: Callable[[], Dossier]
) -> None:
    dossiers = {new_dossier(): statuses for statuses in SEQUENCES}
    events = [event for dossier, statuses in dossiers.items() for event in events_of(dossier, statuses)]
    random.Random(7).shuffle(events)
    await site.post_events(events)
    for dossier, statuses in dossiers.items():
        assert await sent_notices(site, dossier) == SEQUENCES[statuses], _name(statuses)


async def test_with_the_optional_notices_off_only_the_five_arrive(
    site: Site, new_dossier: Callable[[], Dossier]
) -> None:
    for statuses, expected in WITHOUT_EXTRAS.items():
        dossier = new_dossier()
        events = events_of(dossier, statuses)
        for event in events:
            event["data"]["reason"] = None  # a stop with a reason would be told as a refusal
        lines = "\n".join(map(json.dumps, events))
        site_without = site.environment | {"HOSO_NOTICE_EXTRAS": "none"}
        sent = await asyncio.to_thread(site.hoso, "events", "send", "-", stdin=lines.encode(), environment=site_without)
        assert sent.returncode == 0
        assert await sent_notices(site, dossier) == expected


def reference(statuses: Sequence[int]) -> list[str]:
    """A notice when it differs from the last one of the dossier (docs: public-services 2.2)."""
    told: list[str] = []
    for notice in filter(None, map(NOTICES.get, statuses)):
        if told[-1:] != [notice]:
            told.append(notice)
    return told


@pytest.mark.parametrize("order", ["backwards", "shuffled"])
async def test_each_event_twice_from_four_connections_nobody_hears_anything_twice_or_old(
    site: Site, new_dossier: Callable[[], Dossier], order: str
) -> None:
    shuffle = random.Random(17)
    dossiers = {new_dossier(): statuses for statuses in SEQUENCES}
    histories = {dossier.code: events_of(dossier, statuses) for dossier, statuses in dossiers.items()}
    offered = [event for history in histories.values() for event in reversed(history)] * 2
    if order == "shuffled":
        shuffle.shuffle(offered)
    waiting = iter(offered)
    outcomes: dict[str, list[str]] = {}

    async def one_connection() -> None:
        for event in waiting:
            [result] = await site.post_events([event])
            outcomes.setdefault(event["id"], []).append(result["outcome"])

    await asyncio.gather(*(one_connection() for _ in range(4)))
    for dossier in dossiers:
        history = histories[dossier.code]
        for event in history:
            first, second = sorted(outcomes[event["id"]], key="duplicate".__eq__)
            assert (first in {"accepted", "stale"}, second) == (True, "duplicate")
        moved = [event for event in history if "accepted" in outcomes[event["id"]]]
        assert moved[-1] is history[-1], "the latest event always counts"
        assert await sent_notices(site, dossier) == reference([event["data"]["status"] for event in moved])
    stored = site.query(
        "SELECT event_id, count(*) FILTER (WHERE outcome = 'duplicate'), count(*) FROM dossier_events"
        " WHERE dossier_code = ANY(%s) OR event_id = ANY(%s) GROUP BY event_id",
        list(histories),
        list(outcomes),
    )
    assert {row[1:] for row in stored} == {(1, 2)}
    assert {row[0] for row in stored} == set(outcomes)
    assert await site.emulator("GET", "violations") == [], "nothing that the real platform would refuse"
