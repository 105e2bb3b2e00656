"""Places typed in the console, judged by the rules of `hoso units import`."""

from collections.abc import Mapping, Sequence

from pydantic import ValidationError

from bot.catalogue.errors import HoursError
from bot.catalogue.hours import parse_hours
from bot.catalogue.units import read_unit
from storage.places import Unit


def read_place(cells: Mapping[str, str]) -> Unit | Sequence[str]:
    """Return the place of cells, or the names of the fields that cannot be used (`console.admin.units.ReadPlace`)."""
    wrong = [] if _are_hours(cells.get("hours", "")) else ["hours"]
    try:
        place = read_unit(cells)
    except HoursError:
        return wrong
    except ValidationError as error:
        # What is wrong with the whole is its position: half of one.
        found = (str(one["loc"][0]) if one["loc"] else "latitude" for one in error.errors(include_url=False))
        return list(dict.fromkeys([*found, *wrong]))
    except ValueError:
        return ["name", *wrong]  # the one other refusal: an old font
    return place


def _are_hours(text: str) -> bool:
    try:
        parse_hours(text)
    except HoursError:
        return False
    return True
