"""Named queries, kept in `queries/*.sql`.

A query starts with `-- name: <name>`, then one comment line saying what it is for, then SQL with named parameters only.
"""

import re
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent / "queries"
_NAME = re.compile(r"^-- name: ([a-z_]+)$", re.MULTILINE)


@cache
def queries(file: str) -> dict[str, str]:
    """Return the queries of `queries/<file>.sql` by name.

    Raises:
        ValueError: a name stands twice.
    """
    parts = _NAME.split((_FOLDER / f"{file}.sql").read_text(encoding="utf-8"))[1:]
    named = dict(zip(parts[::2], parts[1::2], strict=True))
    if len(named) != len(parts) // 2:
        raise ValueError(f"a query name stands twice in {file}.sql")
    return {name: text.strip() for name, text in named.items()}
