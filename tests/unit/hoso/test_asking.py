"""How long a receipt is waited for, and what the platforms' answers mean."""

import pytest

from channels.sms.status import SmsState, SmsStatus
from channels.zalo.types.templates import TemplateDescription
from hoso.asking import LONGEST_WAIT_SECONDS, ask_sms, template_seconds
from workers.silence import Heard


@pytest.mark.parametrize(("timeout", "seconds"), [
    (None, 0), (0, 0), (-5, 0),
    (7_200, 7_200),              # two hours in seconds
    (7_200_000, 7_200),          # two hours in milliseconds: 83 days would be nonsense
    (259_200, 259_200),          # 72 hours: the last that may be seconds
    (259_201, 259.201),
    (10**12, LONGEST_WAIT_SECONDS),
])  # fmt: skip
def test_the_unit_of_a_templates_time_is_guessed_so_that_nobody_is_told_twice(
    timeout: int | None, seconds: float
) -> None:
    assert template_seconds(TemplateDescription(templateId="1", timeout=timeout)) == pytest.approx(seconds)


def test_a_template_that_was_never_described_has_no_time_of_its_own() -> None:
    assert template_seconds(None) == 0


@pytest.mark.parametrize(("state", "heard"), [
    (SmsState.DELIVERED, Heard.DELIVERED), (SmsState.FAILED, Heard.FAILED),
    (SmsState.WAITING, Heard.WAITING), (SmsState.UNKNOWN, Heard.NOTHING),
])  # fmt: skip
async def test_every_state_of_a_short_message_has_its_meaning(state: SmsState, heard: Heard) -> None:
    async def status(_sms_id: str) -> SmsStatus:
        return SmsStatus(state=state)

    assert await ask_sms(status)("1") is heard
