"""The sample catalogue that comes with the project, for demonstrations and tests. It says itself what is unverified."""

from pathlib import Path

from bot.catalogue.procedures import read_procedures
from bot.catalogue.units import read_units
from storage import places, procedures
from storage.database import Database

DATA = Path(__file__).parents[1] / "data"
PROCEDURES = DATA / "procedures.sample.json"
UNITS = DATA / "units.sample.json"


async def import_samples(database: Database) -> None:
    """Keep the sample procedures and places; what is there of the same codes is brought to the sample's state."""
    await procedures.store(database, read_procedures(PROCEDURES).items)
    await places.store(database, read_units(UNITS).items)
