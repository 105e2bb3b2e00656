"""How long a list of recipients takes: `python -m benchmarks.list [ROWS]`, a million by default.

A CSV file and an XLSX file with the same rows, one in a hundred wrong in one of several ways, each read by the real
process into a real database. Memory is the largest resident one of the reading process; CPU seconds say what it costs
on a machine that has other work as well.
"""

import asyncio
import json
import os
import random
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from benchmarks.folders import new_folder
from benchmarks.report_by_hand import write
from hoso.embedded import start_engines
from storage import recipient_lists
from storage.crypto import generate_key
from storage.database import Database
from storage.migrations import migrate

ROWS = 1_000_000
_WRONG = ("02363822222", "01205123456", "không có", "", "9.05E+08", "0905 12")
_FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Hoàng")
_GIVEN = ("Minh Châu", "Văn An", "Thị Bình", "Quốc Dũng", "Thu Hà", "Bảo Ngọc")
_OPENING = (
    '<?xml version="1.0"?><{} xmlns="s" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
)
_TITLES = ("Số điện thoại", "Họ và tên", "Địa chỉ")
Table = Iterator[tuple[str, ...]]


def rows(count: int) -> Table:
    """The header and `count` rows: each phone once, one row in a hundred without a usable one."""
    chance = random.Random(7)
    yield _TITLES
    for number in range(count):
        phone = _WRONG[number // 100 % len(_WRONG)] if number % 100 == 50 else f"09{number:08d}"
        name = f"{chance.choice(_FAMILY)} {chance.choice(_GIVEN)}"
        yield phone, name, f"Tổ {number % 97}, phường Hải Châu"


def write_csv(path: Path, table: Table) -> None:
    """Write the rows as spreadsheets export them."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        file.writelines(",".join(f'"{cell}"' if "," in cell else cell for cell in row) + "\r\n" for row in table)


def write_xlsx(path: Path, table: Table) -> None:
    """Write the rows as office programs save them: every text once in a part of its own, cells with its number."""
    numbers: dict[str, int] = {}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(
            "xl/workbook.xml", _part('<sheets><sheet name="1" sheetId="1" r:id="r1"/></sheets>', "workbook")
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            '<Relationships xmlns="r"><Relationship Id="r1" Target="worksheets/sheet1.xml"/></Relationships>',
        )
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(f"{_OPENING.format('worksheet')}<sheetData>".encode())
            for line, row in enumerate(table, start=1):
                cells = "".join(
                    f'<c r="{"ABC"[place]}{line}" t="s"><v>{numbers.setdefault(cell, len(numbers))}</v></c>'
                    for place, cell in enumerate(row)
                    if cell
                )
                sheet.write(f'<row r="{line}">{cells}</row>'.encode())
            sheet.write(b"</sheetData></worksheet>")
        with archive.open("xl/sharedStrings.xml", "w", force_zip64=True) as texts:
            texts.write(_OPENING.format("sst").encode())
            for text in numbers:
                texts.write(f"<si><t>{text}</t></si>".encode())
            texts.write(b"</sst>")


def _part(inside: str, name: str) -> str:
    return f"{_OPENING.format(name)}{inside}</{name}>"


async def read(url: str, path: Path, count: int) -> dict[str, Any]:
    """Read one file by a process of its own; return how it went."""
    async with Database(url) as database:
        async with database.transaction() as connection:
            list_id = await recipient_lists.begin(
                connection,
                name=path.name,
                unit="H17.33.2",
                file_name=path.name,
                officer="bench",
                size=path.stat().st_size,  # noqa: ASYNC240 - nothing else runs
                keep_seconds=3600,
            )
        began, database_before = time.perf_counter(), cpu_seconds_of_database()
        mib, cpu_seconds = await asyncio.to_thread(_run, url, path, list_id, count)
        seconds = time.perf_counter() - began
        database_seconds = cpu_seconds_of_database() - database_before
        found = await recipient_lists.find(database, list_id, None)
        if found is None or found.state != "ready" or found.wrong != count // 100 or found.good != count - found.wrong:
            raise RuntimeError(f"the list was not read as it should be: {found}")
    return {
        "file_mib": round(path.stat().st_size / 2**20, 1),  # noqa: ASYNC240 - nothing else runs
        "seconds": round(seconds, 1),
        "rows_per_s": round(count / seconds),
        "reader_cpu_seconds": round(cpu_seconds, 1),
        "database_cpu_seconds": round(database_seconds, 1),
        "max_resident_mib": round(mib, 1),
        "good": found.good,
        "wrong": found.wrong,
    }


def cpu_seconds_of_database() -> float:
    """Return what the PostgreSQL that we started took so far, processes that ended included."""
    seconds = 0.0
    for process in psutil.Process().children(recursive=True):
        try:
            if process.name().startswith("postgres"):
                times = process.cpu_times()
                seconds += times.user + times.system + times.children_user + times.children_system
        except psutil.NoSuchProcess:
            continue
    return seconds


def _run(url: str, path: Path, list_id: int, count: int) -> tuple[float, float]:
    """Run the reading process; return its largest resident memory in MiB, and the CPU seconds it took."""
    told = {
        "list_id": list_id,
        "path": str(path),
        "max_rows": count,
        "database_url": url,
        "keys": [generate_key()],
        "pgbouncer": False,
    }
    process = subprocess.Popen([sys.executable, "-m", "status_bridge.lists"], stdin=subprocess.PIPE)
    if process.stdin is None:  # it was asked for
        raise RuntimeError("a process without input")
    process.stdin.write(json.dumps(told).encode() + b"\n")
    process.stdin.flush()
    _pid, status, usage = os.wait4(process.pid, 0)
    if status:
        raise RuntimeError(f"the reading process ended with {os.waitstatus_to_exitcode(status)}")
    return usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime


def measure(count: int) -> dict[str, Any]:
    """Return what both kinds of files take."""
    folder = new_folder("list")
    kinds: dict[str, Callable[[Path, Table], None]] = {"csv": write_csv, "xlsx": write_xlsx}
    found: dict[str, Any] = {"measured_at": datetime.now(UTC).isoformat(timespec="seconds"), "rows": count}
    with start_engines(folder) as engines:
        url = engines.postgres_url or ""
        migrate(url)
        for kind, save in kinds.items():
            path = folder / f"list.{kind}"
            save(path, rows(count))
            found[kind] = asyncio.run(read(url, path, count))
            print(f"{kind}: {found[kind]}", flush=True)
            path.unlink()
    return found


if __name__ == "__main__":
    write("list", measure(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS))
