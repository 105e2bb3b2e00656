"""Places in PostgreSQL: by name within a sentence, by distance, and units that are no more."""

from typing import Any

import pytest

from bot.catalogue.samples import UNITS
from bot.catalogue.units import read_units
from storage import places
from storage.database import Database
from storage.places import Unit

SAMPLES = read_units(UNITS).items


@pytest.fixture
async def town(database: Database) -> Database:
    """The sample's places."""
    await places.store(database, SAMPLES)
    return database


def make(code: str, **values: Any) -> Unit:
    return Unit.model_validate({"code": code, "name": f"Nơi {code}", "kind": "office", "source": "x"} | values)


async def named(town: Database, text: str) -> list[str]:
    return [unit.name for unit in await places.named_in(town, text)]


NAMED: list[tuple[str, list[str]]] = [
    ("phường Hải Châu ở đâu", ["Phường Hải Châu"]),
    ("ubnd phuong hai chau o mo", ["Phường Hải Châu"]),
    ("quận Hải Châu còn không", ["Quận Hải Châu"]),
    ("Ở HOÀ VANG nộp đâu", ["Xã Hòa Vang"]),
    ("huyện Hoà Vang", ["Huyện Hòa Vang"]),
    ("phường Thạch Thang cũ", ["Phường Thạch Thang"]),
    ("từ Hội An Đông qua Điện Bàn Bắc", ["Phường Hội An Đông", "Phường Điện Bàn Bắc"]),
    ("trung tâm hành chính mấy giờ", ["Trung tâm Phục vụ hành chính công thành phố Đà Nẵng"]),
    ("đăng ký khai sinh ở đâu", []),
    ("", []),
    ("%", []),
]


async def test_places_are_found_by_their_names_in_a_sentence(town: Database) -> None:
    for text, names in NAMED:
        assert sorted(await named(town, text)) == sorted(names), text


async def test_a_former_unit_knows_what_it_became(town: Database) -> None:
    (former,) = await places.named_in(town, "quận Liên Chiểu")
    became = await places.get_many(town, former.successors)
    assert [unit.name for unit in became] == ["Phường Liên Chiểu", "Phường Hòa Khánh", "Phường Hải Vân"]


async def test_the_nearest_places_come_by_the_great_circle(database: Database) -> None:
    here = {"latitude": 16.0, "longitude": 108.0}
    await places.store(
        database,
        [
            make("near", latitude=16.009, longitude=108.0),
            make("far", latitude=16.9, longitude=108.0),
            make("other-side", latitude=-16.0, longitude=-72.0),
            make("nowhere"),
            make("gone", kind="former", **here),
        ],
    )
    found = await places.nearest(database, 16.0, 108.0, limit=10)
    assert [one.unit.code for one in found] == ["near", "far", "other-side"]
    assert found[0].distance_km == pytest.approx(1.0, rel=0.01)
    assert found[1].distance_km == pytest.approx(100.1, rel=0.01)
    assert found[2].distance_km == pytest.approx(20015, rel=0.01)


async def test_an_import_tells_what_changed_and_retires_only_when_told(town: Database) -> None:
    again = await places.store(town, SAMPLES)
    assert (again.added, again.changed, again.unchanged) == ((), (), len(SAMPLES))
    moved = SAMPLES[0].model_copy(update={"address": "1 Đường Mới"})
    assert (await places.store(town, [moved])).changed == (moved.code,)
    assert (await places.of_kind(town, "center"))[0].address == "1 Đường Mới"
    gone = await places.store(town, [moved], replace=True)
    assert len(gone.retired) == len(SAMPLES) - 1
    assert await named(town, "phường Hải Châu ở đâu") == []
    assert [unit.code for unit in await places.list_all(town)] == [moved.code]
