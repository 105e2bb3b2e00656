"""Structured logs: text for people at a terminal, JSON for machines; a second net scrubs secrets on the way out."""

import logging
import re
import sys
from typing import Any, Literal

import structlog

# The first net is not to log them at all. Bearer keys, bot tokens in paths, and Vietnamese mobile numbers.
_SECRET = re.compile(
    r"(?i:bearer\s+|access_token[=:]\s*|refresh_token[=:]\s*|/bot)[\w.:~+/-]{8,}"
    r"|(?<![0-9A-Za-z.-])(?:\+?84|0)[35789]\d{8}(?![0-9A-Za-z-])"
)


def _scrub(_: Any, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = _SECRET.sub("[hidden]", value)
    return event


def _drop_noise(_: Any, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    event.pop("color_message", None)
    return event


class _QuietBrokenHttp(logging.Filter):
    """Keeps the words of strangers out: aiohttp quotes the line of a request that is no HTTP, at level error."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Reduce such a record to its kind, at level info."""
        error = record.exc_info[1] if record.exc_info else None
        if type(error).__module__ == "aiohttp.http_exceptions":
            record.msg, record.args, record.exc_info = f"broken_http: {type(error).__name__}", (), None
            record.levelno, record.levelname = logging.INFO, "INFO"
        return True


def set_up_logging(
    *, level: str = "info", form: Literal["auto", "json", "text"] = "auto", process: str = "hoso"
) -> None:
    """Send our logs and the libraries' through one pipeline to stderr; every line names its process."""
    is_text = form == "text" or (form == "auto" and sys.stderr.isatty())
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.ExceptionRenderer(),
        _drop_noise,
        _scrub,
    ]
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
        if is_text
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for noisy in ("httpx", "httpcore", "rq", "rq.worker", "asyncio", "alembic", "aiohttp.access"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    server = logging.getLogger("aiohttp.server")
    server.filters[:] = [_QuietBrokenHttp()]
    structlog.contextvars.bind_contextvars(process=process)
