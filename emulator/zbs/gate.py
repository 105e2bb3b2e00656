"""What every address of this face does first, and how it reads its parameters."""

from aiohttp import web

from emulator.errors import Refused
from emulator.gate import check_access_token
from emulator.state import Emulator
from emulator.templates import Template

INVALID_TOKEN = -124
MAX_DIGITS = 15  # of a number in a query: ms since 1970 have 13


def check_token(request: web.Request, emulator: Emulator) -> None:
    """Let only the current access token pass. Raises Refused(-124)."""
    check_access_token(request, emulator, invalid=INVALID_TOKEN, expired=INVALID_TOKEN)


def read_number(written: object, name: str, default: int | None = None) -> int:
    """A whole number from a query or a body. Raises Refused(-132)."""
    if (written is None or written == "") and default is not None:
        return default
    if isinstance(written, int) and not isinstance(written, bool) and written >= 0:
        return written
    if isinstance(written, str) and written.isascii() and written.isdecimal() and len(written) <= MAX_DIGITS:
        return int(written)
    raise Refused(-132, rule=name, detail=f"parameter {name} must be a whole number")


def find_template(template_id: object, emulator: Emulator) -> Template:
    """The template with this id, written as a text or as a number. Raises Refused(-109)."""
    is_id = isinstance(template_id, int | str) and not isinstance(template_id, bool)
    template = emulator.templates.get(str(template_id)) if is_id else None
    if template is None:
        raise Refused(-109, rule="template_id", detail="no template has this id")
    return template
