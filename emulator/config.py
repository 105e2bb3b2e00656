"""How one emulator behaves: everything that may differ between two of them, in one object.

Settings may change while an emulator runs (`/_emulator/settings`), so everybody reads them when they are needed.
Facts that only one source tells (grade C of the fact sheet) are settings here; the default is the sheet's advice.
"""

from dataclasses import dataclass
from pathlib import Path

ACCESS_TOKEN_SECONDS = 90_000  # 25 hours (docs: zalo 2.4)
REFRESH_TOKEN_SECONDS = 90 * 86_400  # three months (docs: zalo 2.4)
CODE_SECONDS = 600  # an authorisation code lives ten minutes (docs: zalo 2.1)
WEBHOOK_RETRY_DELAYS_SECONDS = (30.0, 300.0, 900.0, 1800.0, 3600.0)  # docs: zalo 7.1
WEBHOOK_DEADLINE_SECONDS = 2.0  # docs: zalo 7.1


@dataclass(slots=True)
class EmulatorConfig:
    """The settings of one emulator; every field has a default that behaves as the fact sheet says."""

    webhook_url: str | None = None
    """Where Official Account events go; None: they wait until an address is set."""
    state_file: Path | None = None
    """Where phones, messages, tokens and quotas are kept; None: in memory only."""
    night_rule: bool = True
    """Refuse templates between 22:00 and 06:00 in Vietnam with -133 (docs: zalo 6.5, grade B/C)."""
    daily_quota: int = 500_000
    """Template messages a day before -144 (docs: zalo 6.5; the ladder's top step)."""
    receipts: bool = True
    """Send `user_received_message` for what arrives."""
    receipt_delay_seconds: float = 0.05
    """Between a message's arrival and its receipt."""
    read_delay_seconds: float | None = None
    """Between a receipt and `user_seen_message`; None: people read when they look at the page."""
    webhook_retry_delays_seconds: tuple[float, ...] = WEBHOOK_RETRY_DELAYS_SECONDS
    """Before each repeat of an event that was not answered 200; after the last the subscription is cancelled."""
    webhook_deadline_seconds: float = WEBHOOK_DEADLINE_SECONDS
    """How long the receiver may take."""
    webhook_concurrency: int = 64
    """Events on their way at the same time, at most."""
    max_waiting_events: int = 200_000
    """Events that may wait for a webhook address or a free connection; the oldest is dropped beyond it."""
    allow_plus_phone: bool = True
    """Accept `+84…` beside `84…` in template sends (docs: zalo 6.1, seen accepted)."""
    old_token_dies_at_refresh: bool = True
    """The former access token stops working when a new one is minted (docs: zalo 2.4, grade C)."""
    access_token_seconds: int = ACCESS_TOKEN_SECONDS
    """Life of an access token."""
    refresh_token_seconds: int = REFRESH_TOKEN_SECONDS
    """Life of a refresh token, counted from its issue."""
    callback_url: str | None = None
    """The console's "Official Account Callback Url"; None: any http(s) address is taken, else -14003 on mismatch."""
    admin_phones: tuple[str, ...] = ()
    """Phones (84…) that may receive `mode: development` (docs: zalo 6.1)."""
    echo_oa_messages: bool = True
    """Send `oa_send_text` for the account's own messages (docs: zalo 7.3)."""
    zns_header: bool = True
    """Add `X-ZEvent-Server: ZNS` to template events (docs: zalo 7.1, grade C)."""
    mac_prefix: bool = True
    """Write the signature as `mac=<hex>`; False: bare hex (docs: zalo 7.2)."""
    free_replies_per_window: int = 8
    """Free replies in 48 hours, renewed by each user message; then the package is used (docs: zalo 4.7, grade B/C)."""
    package_replies: int = 100_000
    """Paid consultation messages before -211."""
    max_messages: int = 300_000
    """Messages kept; the oldest is forgotten beyond it."""
    max_unregistered_phones: int = 100_000
    """Phones remembered that nobody registered; the oldest is forgotten beyond it."""
