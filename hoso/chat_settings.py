"""Settings of the conversation: retention, limits, who answers when."""

from typing import Literal

from pydantic import Field

from hoso.linking_settings import LinkingSettings

USUAL_MESSAGES_PER_MINUTE = 30
"""More than anybody types; far fewer than a script sends."""


class ChatSettings(LinkingSettings):
    """The fields, and what follows from them."""

    # -- conversation
    chat_retention_days: int = Field(
        90, ge=1, le=3650, description="Days that the transcript of chats is kept; older messages are erased."
    )
    chat_short_retention_days: int = Field(
        7,
        ge=1,
        le=3650,
        description="Days that it is kept of people who did not agree to that, and whose matter is not under way.",
    )
    inbox_retention_days: int = Field(
        30, ge=4, le=3650, description="Days that platform events are kept as they came, once they are worked on."
    )
    chat_messages_per_minute: int | None = Field(
        None,
        ge=0,
        le=1000,
        description="Messages of one person in a minute, before they are asked to wait; 0: no limit. "
        "Empty: 30, and none while Zalo is the emulator on this machine.",
    )
    chat_staff_silence_minutes: int = Field(
        30,
        ge=0,
        le=1440,
        description="Minutes that the assistant keeps quiet in a chat after a person wrote there by Zalo's own tool.",
    )
    chat_at_once: int = Field(64, ge=1, le=1000, description="Citizens that one bot process answers at the same time.")
    chat_lease_seconds: float = Field(
        60,
        ge=2,
        le=600,
        description="Seconds after which a message that a dead bot process was answering is taken up again. "
        "Two thirds of it may be spent on one answer.",
    )
    zalo_bot_serves: Literal["staff", "citizens"] = Field(
        "staff",
        description="Whom the bot of the Bot Platform talks with: staff, who learn their chat's id for alerts; or "
        "citizens, as Zalo's account does.",
    )
    official_domain: str = Field(
        "dichvucong.gov.vn", description="The only domain that links and buttons in chats may lead to."
    )

    @property
    def flood_limit(self) -> int:
        """Messages of one person in a minute; 0: no limit."""
        if self.chat_messages_per_minute is None:
            return 0 if self.is_emulated else USUAL_MESSAGES_PER_MINUTE
        return self.chat_messages_per_minute
