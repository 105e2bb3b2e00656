"""What routing is asked and what it must know: what is set up, the city's rules, prices."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, Literal, NamedTuple

from status_bridge.short_text import ShortForm
from storage.notices import ClaimedNotice

_SHORT_FORM: Final = ShortForm()


class Prices(NamedTuple):
    """What a delivered template costs, VND without VAT (docs: zalo 6.4 `price_sdt`, `price_uid`)."""

    by_phone: int
    by_user: int


USUAL_PRICES: Final = Prices(by_phone=200, by_user=150)
"""Until the platform told them (docs: zalo 6.5, grade C: 200; by user id "cheaper")."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What is set up, and the city's rules about it.

    `templates`: platform template id by notice name. `sms_for`: which notices may go as a short message; the urgent
    lane always may, a broadcast only where its content says so. `free_window`: how long after a person's last
    interaction a consultation message is free (docs: zalo 4.7); zero: never.
    """

    channels: Collection[str]
    templates: Mapping[str, str] = field(default_factory=dict)
    sms_channel: str | None = None
    sms_for: Literal["none", "action", "all"] = "action"
    is_email_last_resort: bool = False
    free_window: timedelta = timedelta(hours=48)
    short: ShortForm = _SHORT_FORM


@dataclass(frozen=True, slots=True)
class Question:
    """A notice, with what is known of its recipient (`known`) and of the prices of its template."""

    notice: ClaimedNotice
    prices: Prices = USUAL_PRICES
