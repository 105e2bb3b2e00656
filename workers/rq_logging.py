"""RQ's log lines as structured ones: the template and the level, never the values put into it."""

import logging

import structlog

_log = structlog.get_logger("workers.rq")


class _ToStructlog(logging.Handler):
    """Passes on what RQ says from WARNING up. Arguments may hold job descriptions, addresses and tracebacks."""

    def emit(self, record: logging.LogRecord) -> None:
        """Log the template of `record`, and the error's type where there is one."""
        error = record.exc_info[0] if record.exc_info else None
        _log.log(
            record.levelno, "rq", said=str(record.msg), logger=record.name, error=error.__name__ if error else None
        )


def quiet_rq() -> None:
    """Send RQ's loggers through structlog from WARNING up; harmless when called again."""
    logger = logging.getLogger("rq")
    if not any(isinstance(handler, _ToStructlog) for handler in logger.handlers):
        logger.addHandler(_ToStructlog())
    logger.propagate = False
    for name in ("rq", "rq.worker", "rq.job", "rq.queue"):
        logging.getLogger(name).setLevel(logging.WARNING)
