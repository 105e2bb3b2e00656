"""`/_emulator/…`: what people and tests use beside the platform's own addresses (docs: contract 5)."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from functools import wraps
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from emulator import citizen
from emulator.clock import parse_moment, to_iso
from emulator.credentials import credentials
from emulator.envelopes import answer, encode
from emulator.errors import BadControl
from emulator.json_text import read_json
from emulator.messages import FROM_CITIZEN, TO_CITIZEN, Message
from emulator.phones import TEMPLATE_REFUSALS, Phone, normalise_phone
from emulator.probe import probe_webhook
from emulator.state import EMULATOR, Emulator

CHANNELS = ("oa", "template", "sms", "bot")
STATE_FLAGS = ("zalo", "follows", "blocked", "online", "refuses_templates", "inactive")
MAX_NAME_CHARS = 100
MAX_LISTED_PHONES = 1_000
MESSAGES_PER_CHUNK = 200
MAX_ADVANCE_SECONDS = 10 * 365 * 86_400

Control = Callable[[web.Request, Emulator], Awaitable[web.StreamResponse]]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def add_routes(app: web.Application) -> None:
    """Hang these addresses into the application."""
    router = app.router
    router.add_get("/_emulator/messages", list_messages)
    router.add_get("/_emulator/phones", list_phones)
    router.add_post("/_emulator/phones", register_phone)
    router.add_post("/_emulator/phones/{phone}/send", send_from_phone)
    router.add_post("/_emulator/phones/{phone}/state", change_phone)
    router.add_get("/_emulator/credentials", tell_credentials)
    router.add_get("/_emulator/webhook", tell_webhook)
    router.add_post("/_emulator/webhook", set_webhook)
    router.add_get("/_emulator/faults", list_faults)
    router.add_post("/_emulator/faults", order_fault)
    router.add_delete("/_emulator/faults", clear_faults)
    router.add_get("/_emulator/clock", tell_clock)
    router.add_post("/_emulator/clock", set_clock)
    router.add_get("/_emulator/violations", list_violations)
    router.add_delete("/_emulator/violations", clear_violations)
    router.add_get("/_emulator/media/{name}", show_media)


def control(handle: Control) -> Handler:
    """A handler whose BadControl becomes a JSON answer that says what to correct."""

    @wraps(handle)
    async def wrapped(request: web.Request) -> web.StreamResponse:
        try:
            return await handle(request, request.app[EMULATOR])
        except BadControl as bad:
            return answer({"error": bad.message, "field": bad.field}, status=bad.status)

    return wrapped


@control
async def list_messages(request: web.Request, emulator: Emulator) -> web.StreamResponse:
    """What arrived, oldest first, as one JSON array; `direction=out` or `all` shows what citizens sent too."""
    wanted = _select(request, emulator)
    response = web.StreamResponse(headers={"Content-Type": "application/json; charset=utf-8"})
    await response.prepare(request)
    # In pieces: others are served in between, and a hundred thousand messages need no memory.
    joint = b"["
    with suppress(ConnectionResetError):  # the reader left
        while chunk := [encode(message.view()) for message in islice(wanted, MESSAGES_PER_CHUNK)]:
            await response.write(joint + b",".join(chunk))
            joint = b","
        await response.write(b"[]" if joint == b"[" else b"]")
        await response.write_eof()
    return response


@control
async def list_phones(_request: web.Request, emulator: Emulator) -> web.Response:
    """The known phones, oldest first, up to a thousand of the latest."""
    return answer([phone.view() for phone in emulator.phones.all()[-MAX_LISTED_PHONES:]])


@control
async def register_phone(request: web.Request, emulator: Emulator) -> web.Response:
    """A new phone, or new facts about a known one; `{"phone", "user_id"}`."""
    body = await read_object(request, {"phone", "zalo", "name", "follows"})
    number = parse_phone(body.get("phone"))
    name, zalo, follows = body.get("name"), body.get("zalo", True), body.get("follows")
    _check_flags({"zalo": zalo} | ({"follows": follows} if follows is not None else {}))
    if name is not None and (not isinstance(name, str) or not 0 < len(name) <= MAX_NAME_CHARS):
        raise BadControl(f"name must be a text of 1 to {MAX_NAME_CHARS} characters", field="name")
    phone = emulator.phones.register(number)
    phone.zalo = zalo
    phone.name = name or phone.name
    if follows is not None and follows != phone.follows:
        citizen.follow(emulator, phone, follows)
    emulator.tell_phone(phone)
    return answer({"phone": phone.phone, "user_id": phone.user_id})


@control
async def send_from_phone(request: web.Request, emulator: Emulator) -> web.Response:
    """The citizen does something; the webhook is sent."""
    phone = phone_of(request, emulator)
    body = await read_object(request)
    return answer(citizen.act(emulator, phone, body, f"{request.scheme}://{request.host}"))


@control
async def change_phone(request: web.Request, emulator: Emulator) -> web.Response:
    """Follow, block, go offline, refuse templates, lose Zalo; answers the phone."""
    phone = phone_of(request, emulator)
    body = await read_object(request, {*STATE_FLAGS, "template_refusal"})
    _check_flags({name: value for name, value in body.items() if name in STATE_FLAGS})
    if body.get("template_refusal", 0) not in (0, *TEMPLATE_REFUSALS) or body.get("template_refusal") is False:
        known = ", ".join(map(str, TEMPLATE_REFUSALS))
        raise BadControl(f"template_refusal must be 0 or one of {known}", field="template_refusal")
    if "follows" in body and body["follows"] != phone.follows:
        citizen.follow(emulator, phone, body["follows"])
    was_online = phone.online
    for flag, value in body.items():
        setattr(phone, flag, value)
    if phone.online and not was_online:
        emulator.catch_up(phone)
    emulator.phones.register(phone.phone)
    emulator.tell_phone(phone)
    return answer(phone.view())


@control
async def tell_credentials(_request: web.Request, emulator: Emulator) -> web.Response:
    """The fixed secrets of a fresh emulator; `current` holds the pair that is valid now."""
    tokens = emulator.tokens
    current = {"access_token": tokens.access_token, "refresh_token": tokens.refresh_token}
    return answer({**credentials(), "current": current})


@control
async def tell_webhook(_request: web.Request, emulator: Emulator) -> web.Response:
    """Where events go, and how many wait."""
    return answer(_view_doors(emulator))


@control
async def set_webhook(request: web.Request, emulator: Emulator) -> web.Response:
    """Set or, with null, unset a webhook address; renews a cancelled subscription. `probe` tries it out first."""
    body = await read_object(request, {"url", "platform", "probe"})
    platform, url, is_probed = body.get("platform", "oa"), body.get("url"), body.get("probe", False)
    door = emulator.doors.get(platform) if isinstance(platform, str) else None
    if door is None:
        raise BadControl(f"platform must be one of {', '.join(emulator.doors)}", field="platform")
    if "url" not in body or (url is not None and not _is_web_address(url)):
        raise BadControl("url must be an http or https address, or null", field="url")
    _check_flags({"probe": is_probed})
    if not is_probed:
        door.subscribe(url)
        emulator.touch()
        return answer(_view_doors(emulator))
    if platform != "oa" or url is None:
        raise BadControl("only an address of platform oa is probed", field="probe")
    probe = await probe_webhook(url, emulator.config, emulator.clock.now_ms())
    if probe["ok"]:  # the console does not save an address that did not answer
        door.subscribe(url)
        emulator.touch()
    return answer({**_view_doors(emulator), "probe": probe})


@control
async def list_faults(_request: web.Request, emulator: Emulator) -> web.Response:
    """The orders in force."""
    return answer([fault.view() for fault in emulator.faults.orders])


@control
async def order_fault(request: web.Request, emulator: Emulator) -> web.Response:
    """Order trouble."""
    return answer(emulator.faults.order(await read_object(request)).view())


@control
async def clear_faults(_request: web.Request, emulator: Emulator) -> web.Response:
    """Take back all orders."""
    return answer({"cleared": emulator.faults.clear()})


@control
async def tell_clock(_request: web.Request, emulator: Emulator) -> web.Response:
    """The emulator's now."""
    return _clock(emulator)


@control
async def set_clock(request: web.Request, emulator: Emulator) -> web.Response:
    """Set the clock or move it forward; answers the new now."""
    body = await read_object(request, {"now", "advance_seconds"})
    if len(body) != 1:
        raise BadControl("give either now or advance_seconds")
    try:
        emulator.clock.set_ms(_parse_clock(body, emulator.clock.now_ms()))
    except ValueError as error:
        raise BadControl(f"{min(body)}: {error}", field=min(body)) from error
    emulator.touch()
    return _clock(emulator)


@control
async def list_violations(_request: web.Request, emulator: Emulator) -> web.Response:
    """Every request that broke a documented rule, oldest first."""
    return answer(emulator.violations.all())


@control
async def clear_violations(_request: web.Request, emulator: Emulator) -> web.Response:
    """Forget them."""
    return answer({"cleared": emulator.violations.clear()})


@control
async def show_media(request: web.Request, emulator: Emulator) -> web.Response:
    """A photo that a citizen sent."""
    found = emulator.media.get(request.match_info["name"])
    if found is None:
        raise BadControl("no such photo is kept", status=404)
    return web.Response(body=found[0], content_type=found[1], headers={"X-Content-Type-Options": "nosniff"})


def _view_doors(emulator: Emulator) -> dict[str, Any]:
    doors = emulator.doors
    return {
        "urls": {name: door.url for name, door in doors.items()},
        **doors["oa"].view(),
        "platforms": {name: door.view() for name, door in doors.items()},
    }


def _select(request: web.Request, emulator: Emulator) -> Iterator[Message]:
    query = request.query
    phone = parse_phone(query["phone"]) if query.get("phone") else None
    user_id, channel, since = query.get("user_id"), query.get("channel"), query.get("since") or "0"
    if channel and channel not in CHANNELS:
        raise BadControl(f"channel must be one of {', '.join(CHANNELS)}", field="channel")
    if not (since.isascii() and since.isdecimal() and len(since) < 16):
        raise BadControl("since must be the seq of a message", field="since")
    directions = {"": {TO_CITIZEN}, "in": {TO_CITIZEN}, "out": {FROM_CITIZEN}, "all": {TO_CITIZEN, FROM_CITIZEN}}
    chosen = directions.get(query.get("direction", ""))
    if chosen is None:
        raise BadControl("direction must be in, out or all", field="direction")
    # A list, because messages go on arriving while the answer is written.
    return iter(
        [
            message
            for message in emulator.messages.after(int(since))
            if message.direction in chosen
            and (phone is None or message.phone == phone)
            and (not user_id or message.user_id == user_id)
            and (not channel or message.channel == channel)
        ]
    )


async def read_object(request: web.Request, known: set[str] | None = None) -> dict[str, Any]:
    """The body's JSON object, with no other fields than `known`. Raises BadControl."""
    try:
        body = read_json(await request.read())
    except ValueError as error:
        raise BadControl("the body must be JSON") from error
    if not isinstance(body, dict):
        raise BadControl("the body must be a JSON object")
    unknown = body.keys() - known if known is not None else set()
    if unknown:
        raise BadControl(
            f"unknown field {min(unknown)[:40]!r}; use {', '.join(sorted(known or ()))}", field=min(unknown)
        )
    return body


def parse_phone(written: object) -> str:
    """A number as people write it, as `84…`. Raises BadControl."""
    number = normalise_phone(written) if isinstance(written, str) else None
    if number is None:
        raise BadControl("phone must be a Vietnamese mobile number: 0…, 84… or +84…", field="phone")
    return number


def phone_of(request: web.Request, emulator: Emulator) -> Phone:
    """The phone in the path. Raises BadControl."""
    return emulator.find_or_create_phone(parse_phone(request.match_info["phone"]))


def _check_flags(flags: dict[str, Any]) -> None:
    for name, value in flags.items():
        if not isinstance(value, bool):
            raise BadControl(f"{name} must be true or false", field=name)


def _is_web_address(url: object) -> bool:
    try:
        parts = urlsplit(url) if isinstance(url, str) else None
    except ValueError:
        return False
    return parts is not None and parts.scheme in {"http", "https"} and bool(parts.hostname)


def _parse_clock(body: dict[str, Any], now_ms: int) -> int:
    if "now" in body:
        return parse_moment(body["now"])
    seconds = body["advance_seconds"]
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= MAX_ADVANCE_SECONDS:
        raise ValueError("must be a number of seconds from 0")
    return now_ms + int(seconds * 1000)


def _clock(emulator: Emulator) -> web.Response:
    now_ms = emulator.clock.now_ms()
    return answer({"now": to_iso(now_ms), "now_ms": now_ms, "offset_seconds": emulator.clock.offset_ms / 1000})
