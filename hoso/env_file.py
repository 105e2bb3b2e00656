"""The file of settings: whether it can be read at all, before its values are judged."""

import io
from pathlib import Path

from dotenv.parser import parse_stream


def find_faults(path: Path, *, is_named: bool) -> list[str]:
    """Return what is wrong with the file, one fault an item; values are not quoted.

    `is_named`: somebody asked for this very file, so that it must be there. By itself the reader passes over a file
    that is missing, and over lines that it cannot read: the settings in them would be the defaults, and nobody told.
    """
    if not path.is_file():
        return [f"{path}, named by HOSO_ENV_FILE, is no file"] if is_named else []
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        return [f"{path} cannot be read ({error.strerror})"]
    except UnicodeDecodeError:
        return [f"{path} is not UTF-8"]
    return [
        f"{path}: line {binding.original.line} cannot be read, write NAME=value"
        for binding in parse_stream(io.StringIO(text))
        if binding.error or (binding.key is not None and binding.value is None)
    ]
