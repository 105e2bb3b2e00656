"""Is the database's past ours? What is compared, as a table; and a clock that jumps."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage.mark import SiteMark, Tick
from workers.mark import CLONED, OTHER_DATABASE, RESTORED, ClockWatch, judge
from workers.mark_memory import FILE, FileMemory, MemoryAway

OURS, OTHER = uuid.UUID(int=1), uuid.UUID(int=2)
NOW = datetime(2026, 3, 2, 8, 15, tzinfo=UTC)
MARK = SiteMark(
    site_id=OURS,
    system_identifier="7300",
    database_name="hoso",
    ticks=100,
    ticked_at=NOW,
    known_sites=[],
    present_database="hoso",
    now=NOW,
    present_system="7300",
)


@pytest.mark.parametrize(
    ("mark", "remembered", "cause"),
    [
        (MARK, [], None),  # a new machine and a flushed Redis know nothing
        (MARK, [Tick(OURS, 100)], None),
        (MARK, [Tick(OURS, 99), Tick(OURS, 40)], None),  # another machine's file is older
        (MARK, [Tick(OURS, 101)], RESTORED),
        (MARK, [Tick(OURS, 40), Tick(OURS, 101)], RESTORED),  # one memory is enough
        (MARK, [Tick(OTHER, 1)], OTHER_DATABASE),
        (replace(MARK, known_sites=[OTHER]), [Tick(OTHER, 9000)], None),  # a person said that it follows that one
        (replace(MARK, present_system="7301"), [Tick(OURS, 100)], CLONED),
        (replace(MARK, present_system=None), [Tick(OURS, 100)], None),  # our role may not ask
        (replace(MARK, system_identifier=None, database_name=None, ticks=0), [], None),  # before the first tick
        (replace(MARK, present_database="hoso_copy"), [Tick(OURS, 100)], CLONED),
        (replace(MARK, present_system="7301"), [Tick(OURS, 101)], RESTORED),  # a dump brought back elsewhere
    ],
)
def test_the_past_is_ours_or_not(mark: SiteMark, remembered: list[Tick], cause: str | None) -> None:
    alarm = judge(mark, remembered)
    assert (alarm and alarm.cause) == cause
    assert alarm is None or "\n" not in alarm.detail


@pytest.mark.parametrize(
    ("passed", "before", "after", "jump"),
    [
        (10, 10, 10, 0),
        (10, 10, 45, 0),  # the server was frozen for a while, and answered late
        (40, 10, 45, 0),
        (610, 10, 10, 600),
        (-590, 10, 10, -600),
        (700, 10, 45, 655),  # what the delay may explain is taken off
        (0, 30, 45, -30),
    ],
)
def test_a_clock_jumps_only_by_what_no_delay_explains(passed: float, before: float, after: float, jump: float) -> None:
    watch = ClockWatch()
    assert watch.note(NOW, before=0.0, after=0.0) == 0.0
    assert watch.note(NOW + timedelta(seconds=passed), before=before, after=after) == pytest.approx(jump)


def test_after_a_jump_the_clock_is_taken_as_it_is() -> None:
    watch = ClockWatch()
    watch.note(NOW, before=0, after=0)
    assert watch.note(NOW + timedelta(hours=1), before=5, after=5) == pytest.approx(3595)
    assert watch.note(NOW + timedelta(hours=1, seconds=5), before=10, after=10) == pytest.approx(0)


async def test_a_file_remembers_and_half_a_file_is_as_good_as_nothing(tmp_path: Path) -> None:
    memory = FileMemory(tmp_path / "not" / "there")
    assert await memory.recall() is None
    await memory.remember(Tick(OURS, 7))
    assert await FileMemory(tmp_path / "not" / "there").recall() == Tick(OURS, 7)
    (tmp_path / "not" / "there" / FILE).write_text('{"site_id": "')
    assert await memory.recall() is None
    assert [path.name for path in (tmp_path / "not" / "there").iterdir()] == [FILE], "no draft is left behind"


async def test_a_place_that_cannot_be_read_is_away_and_not_empty(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    memory = FileMemory(tmp_path)
    with pytest.raises(MemoryAway):
        await memory.recall()
    await memory.remember(Tick(OURS, 7))  # logged, and nothing else
