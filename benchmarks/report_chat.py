"""The sections of `docs/performance.md` about the conversation."""

from typing import Any


def render_chat(result: dict[str, Any]) -> str:
    """Return both sections; empty without figures."""
    if "chat" not in result or "dispatch" not in result:
        return ""
    return f"{_chat(result['chat'])}\n{_dispatch(result['dispatch'])}"


def _chat(figures: dict[str, Any]) -> str:
    columns = ("questions", "p50_ms", "p95_ms", "p99_ms", "answered_per_s", "lost", "repeated")
    rows = "\n".join(
        f"| {name.removeprefix('at_').replace('_per_s', '').replace('_2_kills', ', the bot killed twice')} | "
        + " | ".join(str(run[column]) for column in columns)
        + f" | {run['bot_cpu_us'] or ''} |"
        for name, run in figures.items()
        if name.startswith("at_")
    )
    return f"""## The conversation

From the platform's request at the webhook until the answer is at the platform: `hoso serve` and one `hoso bot`, with
the handlers, the understanding, the transcript and the tables of the product; {figures["citizens"]} citizens,
questions at random moments; the platform is a lean server that answers at once. Each citizen's answers came in the
order of the questions, or there would be no figure. The waits of the last row contain the {figures["lease_seconds"]}
seconds after which a dead process's messages are taken up again (60 by default), and a process's start.

| questions/s | questions | p50 ms | p95 ms | p99 ms | answered/s | lost | repeated | µs of CPU of the bot each |
|---|---|---|---|---|---|---|---|---|
{rows}
"""


def _dispatch(figures: dict[str, Any]) -> str:
    lines = (
        ("ours, found by its command", "ours_us"),
        ("ours, one hundred coroutine filters asked in turn", "ours_100_filters_us"),
        ("ours, state locked and read in Valkey, written and given back", "ours_state_us"),
        ("the same, 32 conversations at once", "ours_state_32_at_once_us"),
        (f"aiogram {figures['aiogram_version']}, coroutine filters, no state", "aiogram_us"),
        ("aiogram, state in memory", "aiogram_memory_us"),
        ("aiogram, state read from Redis, no lock", "aiogram_redis_us"),
        ("aiogram, state read from Redis and written, no lock", "aiogram_redis_write_us"),
        (f"python-telegram-bot {figures['telegram_version']}, no state", "telegram_us"),
    )
    rows = "\n".join(f"| {name} | {figures[key]} |" for name, key in lines)
    return f"""## Finding the handler

One text among {figures["handlers"]} handlers, of which the last one is meant; one update at a time, from the value
until the handler has run. Ours goes through the product's own middlewares. Not in it, for any: reading the
platform's JSON, understanding a sentence, tables, answering. Medians of rounds in one run, all on uvloop.

| What | µs an update |
|---|---|
{rows}
"""
