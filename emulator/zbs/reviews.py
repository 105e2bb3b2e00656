"""`/_emulator/templates` and `/_emulator/quota`: a tester decides what the platform's people would (docs: zalo 7.4).

Each change goes out as the webhook of its name; where the sheet knows no body, it is of our own making.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from aiohttp import web

from emulator import events
from emulator.clock import parse_moment
from emulator.control import control, read_object
from emulator.envelopes import answer
from emulator.errors import BadControl
from emulator.state import Emulator
from emulator.templates import QUALITIES, STATUSES, TAGS, Template

MAX_REASON_CHARS = 500
Fields = dict[str, Any]


def add_routes(app: web.Application) -> None:
    """Hang these addresses into the application."""
    app.router.add_get("/_emulator/templates", list_templates)
    app.router.add_post("/_emulator/templates/{template_id}", change_template)
    app.router.add_get("/_emulator/quota", tell_quota)
    app.router.add_post("/_emulator/quota", change_quota)


@control
async def list_templates(_request: web.Request, emulator: Emulator) -> web.Response:
    """Every template in full."""
    return answer([template.to_json() for template in emulator.templates.all()])


@control
async def change_template(request: web.Request, emulator: Emulator) -> web.Response:
    """Approve, reject or disable a template (`status`, `reason`), set `quality`, `tag`, `daily_quota`, `created`."""
    old = emulator.templates.get(request.match_info["template_id"])
    if old is None:
        raise BadControl("no template has this id", status=404)
    body = await read_object(request, {"status", "reason", "quality", "tag", "daily_quota", "created"})
    new = _changed(old, body)
    emulator.templates.put(new)
    for name, fields in _news(old, new):
        _post(emulator, name, fields)
    emulator.touch()
    return answer(new.to_json())


@control
async def tell_quota(_request: web.Request, emulator: Emulator) -> web.Response:
    """The account's daily quota, what was used of it, and the tags it may send."""
    return answer(_quota(emulator))


@control
async def change_quota(request: web.Request, emulator: Emulator) -> web.Response:
    """Set the quota of a day (`daily`), how much of it is used (`used`), the allowed tags (`tags`)."""
    body = await read_object(request, {"daily", "used", "tags"})
    daily, used = _count(body.get("daily"), "daily"), _count(body.get("used"), "used")
    tags = _tags(body.get("tags"))
    config, now_ms = emulator.config, emulator.clock.now_ms()
    if used is not None:
        emulator.quota.remaining(now_ms)  # turns the day first
        emulator.quota.used = used
    if daily is not None and daily != config.daily_quota:
        fields = _from_to("quota", config.daily_quota, daily)
        config.daily_quota = daily
        _post(emulator, "change_oa_daily_quota", fields)
    if tags is not None and tags != config.template_tags:
        config.template_tags = tags
        _post(emulator, "change_oa_template_tags", {"tags": list(tags)})
    emulator.touch()
    return answer(_quota(emulator))


def _changed(old: Template, body: Fields) -> Template:
    for name, known in (("status", STATUSES), ("quality", QUALITIES), ("tag", TAGS)):
        if name in body and body[name] not in known:
            raise BadControl(f"{name} must be one of {', '.join(known)}", field=name)
    reason = body.get("reason", old.reason if body.get("status", old.status) == old.status else "")
    if not isinstance(reason, str) or len(reason) > MAX_REASON_CHARS:
        raise BadControl(f"reason must be a text of up to {MAX_REASON_CHARS}", field="reason")
    daily = old.daily_quota if "daily_quota" not in body else _count(body["daily_quota"], "daily_quota")
    try:
        created_ms = parse_moment(body["created"]) if "created" in body else old.created_ms
    except ValueError as error:
        raise BadControl(f"created: {error}", field="created") from error
    chosen = {name: body[name] for name in ("status", "quality", "tag") if name in body}
    return replace(old, **chosen, reason=reason, daily_quota=daily, created_ms=created_ms, is_seed=False)


def _news(old: Template, new: Template) -> list[tuple[str, Fields]]:
    number: Fields = {"template_id": new.template_id}
    news: list[tuple[str, Fields]] = []
    if old.status != new.status:
        status = {"prev_status": old.status, "new_status": new.status}
        news.append(("change_template_status", {**number, "status": status, "reason": new.reason}))
    if old.quality != new.quality:
        news.append(("change_template_quality", {**number, "quality": new.quality}))
    if old.daily_quota != new.daily_quota:
        quota = _from_to("quota", old.daily_quota, new.daily_quota)
        news.append(("change_template_quota", {**number, **quota}))
    return news


def _post(emulator: Emulator, name: str, fields: Fields) -> None:
    emulator.outbox.post(events.template_changed(name, fields, emulator.clock.now_ms()), is_template=True)


def _from_to(name: str, old: int | None, new: int | None) -> Fields:
    write: Callable[[int | None], str | None] = lambda value: None if value is None else str(value)  # noqa: E731
    return {name: {"prev_value": write(old), "new_value": write(new)}}


def _count(value: object, name: str) -> int | None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 0):
        raise BadControl(f"{name} must be a whole number from 0", field=name)
    return value


def _tags(value: object) -> tuple[str, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list) or not all(tag in TAGS for tag in value):
        raise BadControl(f"tags must be a list of {', '.join(TAGS)}", field="tags")
    return tuple(value)


def _quota(emulator: Emulator) -> Fields:
    left = emulator.quota.remaining(emulator.clock.now_ms())
    return {
        "daily": emulator.quota.total,
        "used": emulator.quota.used,
        "remaining": left,
        "tags": list(emulator.config.template_tags),
    }
