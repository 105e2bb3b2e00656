"""The catalogue in PostgreSQL: imports that are whole or nothing, and a search that finds what people mean."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bot.catalogue.procedures import read_procedures
from bot.catalogue.samples import PROCEDURES, import_samples
from storage import procedures
from storage.database import Database
from storage.errors import DatabaseUnavailable
from storage.procedures import Procedure

QUESTIONS = Path(__file__).parents[2] / "samples"
SAMPLES = read_procedures(PROCEDURES).items


def make(code: str = "1.000001", **values: Any) -> Procedure:
    given = {
        "code": code,
        "name": "Cấp thẻ thử nghiệm",
        "short_name": "Thẻ thử nghiệm",
        "source": "x",
        "as_of": "2026-07",
    }
    return Procedure.model_validate(given | values)


async def rows(database: Database, table: str) -> int:
    (row,) = await database.fetch(f"SELECT count(*) AS n FROM {table}")
    return int(row["n"])


def asked(file: str) -> list[tuple[str, str]]:
    lines = (QUESTIONS / file).read_text(encoding="utf-8").splitlines()
    return [(line.split("\t")[0], line.split("\t")[1]) for line in lines if not line.startswith("#")]


async def test_what_was_imported_is_read_back_and_a_repeat_changes_nothing(database: Database) -> None:
    first = await procedures.store(database, SAMPLES)
    assert (len(first.added), first.changed, first.unchanged, first.retired) == (37, (), 0, ())
    terms = await rows(database, "procedure_terms")
    again = await procedures.store(database, SAMPLES)
    assert (again.added, again.changed, again.unchanged) == ((), (), 37)
    assert await rows(database, "procedure_terms") == terms
    assert await procedures.get(database, "1.001193.000.00.00.H17") == SAMPLES[0]
    assert await procedures.get(database, "1.999999") is None
    assert await procedures.get(database, "'; DROP TABLE procedures; --") is None
    assert [one.code for one, _ in await procedures.list_all(database)] == sorted(one.code for one in SAMPLES)


async def test_a_change_is_found_by_its_new_words_and_no_longer_by_its_old_ones(database: Database) -> None:
    await procedures.store(database, [make(), make("1.000002", short_name="Khác hẳn", name="Khác hẳn")])
    changed = await procedures.store(database, [make(short_name="Giấy mới tinh", name="Giấy mới tinh")])
    assert (changed.changed, changed.unchanged) == (("1.000001",), 0)
    assert (await procedures.search(database, "giấy mới tinh"))[0].procedure.code == "1.000001"
    assert await procedures.search(database, "thẻ thử nghiệm") == []


async def test_what_a_complete_import_lacks_is_kept_or_retired_and_may_come_back(database: Database) -> None:
    await procedures.store(database, SAMPLES)
    kept = await procedures.store(database, SAMPLES[1:])
    assert kept.retired == ()
    gone = await procedures.store(database, SAMPLES[1:], replace=True)
    assert gone.retired == ("1.001193",)
    assert await procedures.is_retired(database, "1.001193")
    assert await procedures.get(database, "1.001193") == SAMPLES[0]
    found = await procedures.search(database, "làm giấy khai sinh cho con")
    assert "1.001193" not in [one.procedure.code for one in found]
    assert len(await procedures.list_all(database)) == 36
    back = await procedures.store(database, SAMPLES)
    assert (back.changed, back.unchanged) == (("1.001193",), 36)
    found = await procedures.search(database, "làm giấy khai sinh cho con")
    assert found[0].procedure.code == "1.001193"


async def test_imports_at_the_same_time_follow_one_another(database: Database) -> None:
    one, other = SAMPLES[:20], SAMPLES[10:]
    done = await asyncio.gather(*(procedures.store(database, half) for half in (one, other, one, other)))
    assert sum(len(stored.added) for stored in done) == 37
    assert sum(len(stored.changed) for stored in done) == 0
    assert await rows(database, "procedures") == 37
    assert await rows(database, "catalogue_terms") == await rows(
        database, "(SELECT DISTINCT term FROM procedure_terms) t"
    )


async def test_an_import_whose_connection_dies_leaves_nothing_behind(database: Database) -> None:
    await procedures.store(database, SAMPLES[:5])
    before = await rows(database, "procedure_terms")
    async with database.transaction() as holder:
        # The importer waits for this lock on its last step's table, with everything else written.
        await holder.execute("LOCK TABLE catalogue_terms IN ACCESS EXCLUSIVE MODE")
        importing = asyncio.create_task(procedures.store(database, SAMPLES))
        killed: list[Any] = []
        while not killed:
            await asyncio.sleep(0.01)
            cursor = await holder.execute(
                "SELECT pg_terminate_backend(pid) AS ended FROM pg_locks"
                " WHERE NOT granted AND relation = 'catalogue_terms'::regclass"
            )
            killed = await cursor.fetchall()
        with pytest.raises(DatabaseUnavailable):
            await importing
    assert await rows(database, "procedures") == 5
    assert await rows(database, "procedure_terms") == before
    assert len((await procedures.store(database, SAMPLES)).added) == 32


LISTS = {
    "procedure_questions.tsv": 0.97,
    "procedure_questions_unseen.tsv": 0.95,
    "procedure_questions_stranger_dev.tsv": 0.97,
    "procedure_questions_stranger_held.tsv": 0.94,  # what was reached: 70 of 74; words are not chosen by its misses
}


async def test_the_right_procedure_is_among_the_first_three(database: Database) -> None:
    await import_samples(database)
    for file, least in LISTS.items():
        questions = asked(file)
        found = [[one.procedure.code for one in await procedures.search(database, text)] for _, text in questions]
        right = sum(code in codes for (code, _), codes in zip(questions, found, strict=True))
        assert right / len(questions) >= least, file
        first = sum(codes[:1] == [code] for (code, _), codes in zip(questions, found, strict=True))
        assert first / len(questions) >= 0.8, file


def test_the_questions_are_as_many_and_as_bare_as_they_must_be() -> None:
    questions = [question for file in LISTS for question in asked(file)]
    per_code = {one.code: sum(code == one.code for code, _ in questions) for one in SAMPLES}
    assert min(per_code.values()) >= 2
    assert sum(text.isascii() for _, text in questions) >= 0.45 * len(questions)


async def test_a_code_among_the_words_is_that_procedure(database: Database) -> None:
    await procedures.store(database, SAMPLES)
    for text in ("1.000894", "thủ tục 1.000894.000.00.00.H17 khai sinh", "ｍã 1.000894?"):
        (found,) = await procedures.search(database, text)
        assert (found.procedure.code, found.score) == ("1.000894", 1.0)


TYPED = {
    "dang ky thuong trú": "1.004222",
    "DANG KY TAM TRU": "1.004194",
    "đăng kí kết hôm": "1.000894",
    "ly lich tu phapp": "3.000333",
    "xác nhận tình trạng hôn nhânn": "1.004873",
    "birth certificate for a newborn": "1.001193",
    "how to get a driving licence renewed": "3.000347",
}
NOTHING = ["", "   ", "?!", "cần giấy tờ gì", "🎉", "%_\\'\"", "\x00", "a" * 5000, "~khai sinh ~~ %s %(x)s", "x " * 500]


async def test_typing_errors_and_english_are_borne_and_nothing_breaks_it(database: Database) -> None:
    await procedures.store(database, SAMPLES)
    for text, code in TYPED.items():
        assert code in [one.procedure.code for one in await procedures.search(database, text)], text
    for text in NOTHING:
        assert all(one.score <= 1 for one in await procedures.search(database, text))
    assert await procedures.search(database, "cần giấy tờ gì") == []


async def test_a_verified_procedure_comes_before_one_that_was_compared_with_nothing(database: Database) -> None:
    await procedures.store(database, [make("1.000001"), make("1.000002", verified=True)])
    found = await procedures.search(database, "thẻ thử nghiệm")
    assert [one.procedure.code for one in found] == ["1.000002", "1.000001"]


async def test_nothing_is_found_in_an_empty_catalogue(database: Database) -> None:
    assert await procedures.search(database, "đăng ký khai sinh") == []
