"""Reports of the SMS gateway: unsigned, so the gateway's own status decides (docs: zalo 10.1)."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from channels.errors import PlatformDown, Temporary
from channels.sms.report import SmsReport, parse_report
from channels.sms.status import SmsState, SmsStatus
from workers.receipts import Reader, ReceiptSignal

MAX_AT_ONCE = 10  # the gateway counts by the second (docs: zalo 10.1, row 160)
CONFIRM_SECONDS = 10.0  # for one report, with its wait for a turn: well within the lease of its batch


_ENDS = frozenset({SmsState.DELIVERED, SmsState.FAILED})


def sms_reader(status: Callable[[str], Awaitable[SmsStatus]], *, confirm_seconds: float = CONFIRM_SECONDS) -> Reader:
    """A reader of reports that believes only what `status(message id)` confirms; it raises `ChannelError`.

    An end that the gateway's status does not show yet is asked for again; what is odd is asked for too, because the
    status may know better. A report of a message under way costs no question.
    """
    turns = asyncio.Semaphore(MAX_AT_ONCE)

    async def ask(sms_id: str) -> SmsState:
        try:
            async with asyncio.timeout(confirm_seconds), turns:
                return (await status(sms_id)).state
        except TimeoutError as error:
            raise PlatformDown("confirm_slow", "the gateway did not confirm the report in time") from error

    async def read(raw: str) -> Sequence[ReceiptSignal]:
        signals = []
        for event in parse_report(raw.encode()):
            report = event.payload
            if not isinstance(report, SmsReport) or report.state is SmsState.WAITING:
                continue
            state = await ask(report.sms_id)
            if state is SmsState.WAITING:
                raise Temporary("waiting", "the gateway's status lags behind its report")
            if state in _ENDS:
                is_failed = state is SmsState.FAILED
                signal = ReceiptSignal(None, (report.sms_id,), is_failed=is_failed, reference=report.reference)
                signals.append(signal)
        return signals

    return read
