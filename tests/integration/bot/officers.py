"""What stories with officers share: their hours whatever the time of the test, and the command line."""

import asyncio
import os
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.command_server import run_command
from tests.integration.bot.town import Town
from tests.zones import zone_where_it_is

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def days_around() -> str:
    today = datetime.now(ZONE).date()
    return ",".join((today + timedelta(days=days)).isoformat() for days in (-1, 0, 1))


def always_open() -> dict[str, Any]:
    """Settings by which officers are there at any time of the test, and for hours after it."""
    noon = {"timezone": zone_where_it_is(12).key}
    return {"officer_hours": "00:00-23:59:59.999", "working_days": days_around(), **noon}


def always_closed() -> dict[str, Any]:
    """Settings by which today and tomorrow are days off."""
    return {"holidays": days_around()}


async def officer_types(town: Town, *arguments: str) -> tuple[int, str]:
    """Run `hoso …` against the town's servers; return the exit code and all that was printed."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("HOSO_")},
        "HOSO_ENV_FILE": "",
        "HOSO_DATABASE_URL": town.site.postgres_url,
        "HOSO_REDIS_URL": town.site.redis_url,
        "HOSO_DATA_DIR": str(town.settings.data_dir),
        "HOSO_ENCRYPTION_KEYS": town.settings.encryption_keys[0].get_secret_value(),
    }
    done = await asyncio.to_thread(run_command, *arguments, environment=environment)
    return done.returncode, (done.stdout + done.stderr).decode()
