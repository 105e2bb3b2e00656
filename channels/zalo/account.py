"""What an Official Account can be asked, beside sending: its users, quotas, templates, ratings, conversations."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from channels.errors import BadMessage
from channels.zalo.client import ZaloClient
from channels.zalo.methods import (
    REACTIONS,
    Conversation,
    GetOa,
    GetUser,
    ListTags,
    ListTemplates,
    ListUsers,
    MessageStatus,
    Quality,
    QuotaOfAccount,
    QuotaOfUser,
    Ratings,
    React,
    RecentChat,
    RemoveTag,
    TagUser,
    TemplateInfo,
    TemplateQuota,
    TemplateSample,
    TemplateStatus,
    UntagUser,
    UpdateUser,
)
from channels.zalo.methods.template_queries import MAX_RATINGS_A_PAGE, MAX_TEMPLATES_A_PAGE
from channels.zalo.methods.users import MAX_MESSAGES_A_PAGE, MAX_USER_OFFSET, MAX_USERS_A_PAGE
from channels.zalo.types import (
    AccountQuality,
    DailyQuota,
    MessageRow,
    MessageState,
    OaInfo,
    QuotaAsset,
    Rating,
    TemplateDescription,
    TemplateRow,
    UserDetail,
    UserQuota,
)


class ZaloAccountApi:
    """One account of the app. Every method raises `ChannelError`; asking is safe to repeat.

    `account_id` names one of the app's accounts; None: the client's own.
    """

    def __init__(self, client: ZaloClient, *, account_id: str | None = None) -> None:
        self._client = client
        self.account_id = account_id or client.account_id

    async def oa(self) -> OaInfo:
        """Who we are; docs: zalo 5.2."""
        return await self._client.call(GetOa(), account_id=self.account_id)

    # --- Users ------------------------------------------------------------------------------------------------------

    async def user_detail(self, user_id: str) -> UserDetail:
        """What is known of a user; what they shared is not verified (docs: zalo 5.1, 9)."""
        return await self._client.call(GetUser(user_id=user_id), account_id=self.account_id)

    async def users(
        self,
        *,
        tag_name: str | None = None,
        last_interaction_period: str | None = None,
        is_follower: bool | None = None,
    ) -> AsyncIterator[str]:
        """The ids of all users, page by page, each once; the platform lists the first 10,000 (docs: zalo 5.2)."""
        seen: set[str] = set()  # who comes or goes between two pages shifts the rest
        offset = 0
        while offset <= MAX_USER_OFFSET:
            method = ListUsers(
                offset=offset,
                tag_name=tag_name,
                last_interaction_period=last_interaction_period,
                is_follower=is_follower,
            )
            page = await self._client.call(method, account_id=self.account_id)
            for row in page.users:
                if row.user_id not in seen:
                    seen.add(row.user_id)
                    yield row.user_id
            offset += MAX_USERS_A_PAGE
            if not page.users or (page.total is not None and offset >= page.total):
                return

    async def update_user(self, user_id: str, **fields: Any) -> None:
        """Change what is noted of a user: `alias`, `name`, `phone`, `address`, `city`, `district`, `dob`."""
        await self._client.call(UpdateUser(user_id=user_id, **fields), account_id=self.account_id)

    async def tags(self) -> tuple[str, ...]:
        """The account's tags."""
        return (await self._client.call(ListTags(), account_id=self.account_id)).rows or ()

    async def tag(self, user_id: str, tag_name: str) -> None:
        """Give a user a tag."""
        await self._client.call(TagUser(user_id=user_id, tag_name=tag_name), account_id=self.account_id)

    async def untag(self, user_id: str, tag_name: str) -> None:
        """Take a tag from a user."""
        await self._client.call(UntagUser(user_id=user_id, tag_name=tag_name), account_id=self.account_id)

    async def remove_tag(self, tag_name: str) -> None:
        """Do away with a tag."""
        await self._client.call(RemoveTag(tag_name=tag_name), account_id=self.account_id)

    # --- Conversations ----------------------------------------------------------------------------------------------

    async def recent_chat(self, *, since: datetime | None = None, limit: int = 1000) -> AsyncIterator[MessageRow]:
        """The newest messages of all conversations, newest first, to catch up after the webhook was down.

        Ends at the first message older than `since`, or after `limit` messages (docs: zalo 5.2).
        """
        seen: set[str] = set()
        offset = 0
        while offset < limit:
            count = min(MAX_MESSAGES_A_PAGE, limit - offset)
            page = await self._client.call(RecentChat(offset=offset, count=count), account_id=self.account_id)
            for row in page.rows:
                if since is not None and row.time is not None and row.time < since:
                    return
                if row.message_id not in seen:  # a message that comes in meanwhile shifts the pages
                    seen.add(row.message_id)
                    yield row
            offset += count
            if len(page.rows) < count:
                return

    async def conversation(self, user_id: str, *, offset: int = 0) -> tuple[MessageRow, ...]:
        """Up to ten messages exchanged with one user, newest first (docs: zalo 5.2)."""
        method = Conversation(user_id=user_id, offset=offset)
        return (await self._client.call(method, account_id=self.account_id)).rows

    async def react(self, user_id: str, message_id: str, icon: str) -> None:
        """React to a user's message with one of `REACTIONS`; at most 50 times a message (docs: zalo 4.6)."""
        if icon not in REACTIONS:
            raise BadMessage("react_icon", f"a reaction is one of {' '.join(sorted(REACTIONS))}")
        await self._client.call(React(user_id=user_id, message_id=message_id, icon=icon), account_id=self.account_id)

    # --- Quotas -----------------------------------------------------------------------------------------------------

    async def quota_of_user(self, user_id: str) -> UserQuota:
        """How many free answers this user may still get (docs: zalo 5.4)."""
        return await self._client.call(QuotaOfUser(user_id=user_id), account_id=self.account_id)

    async def quota(self) -> tuple[QuotaAsset, ...]:
        """What is left of the account's packages (docs: zalo 5.4)."""
        return (await self._client.call(QuotaOfAccount(), account_id=self.account_id)).rows

    async def template_quota(self) -> DailyQuota:
        """How many template messages are left today (docs: zalo 6.3)."""
        return await self._client.call(TemplateQuota(), account_id=self.account_id)

    async def quality(self) -> AccountQuality:
        """How citizens judge the account (docs: zalo 6.3)."""
        return await self._client.call(Quality(), account_id=self.account_id)

    # --- Templates --------------------------------------------------------------------------------------------------

    async def templates(self, *, status: TemplateStatus | None = None) -> AsyncIterator[TemplateRow]:
        """All templates, page by page (docs: zalo 6.3)."""
        offset = 0
        while True:
            method = ListTemplates(offset=offset, status=status)
            page = await self._client.call(method, account_id=self.account_id)
            for row in page.templates:
                yield row
            offset += MAX_TEMPLATES_A_PAGE
            if not page.templates or page.total is None or offset >= page.total:
                return

    async def template(self, template_id: str) -> TemplateDescription:
        """Status, parameters and prices of a template, as they are now (docs: zalo 6.4)."""
        return await self._client.call(TemplateInfo(template_id=template_id), account_id=self.account_id)

    async def template_sample(self, template_id: str) -> Mapping[str, Any]:
        """Example values by parameter (docs: zalo 6.3)."""
        return (await self._client.call(TemplateSample(template_id=template_id), account_id=self.account_id)).values

    async def message_status(self, message_id: str) -> MessageState:
        """Whether a template message was delivered (docs: zalo 6.3)."""
        return await self._client.call(MessageStatus(message_id=message_id), account_id=self.account_id)

    async def ratings(self, template_id: str, *, since: datetime, until: datetime) -> AsyncIterator[Rating]:
        """What citizens thought of a template's messages, page by page; both times carry an offset (docs: zalo 6.3)."""
        offset = 0
        while True:
            method = Ratings(template_id=template_id, from_ms=_millis(since), to_ms=_millis(until), offset=offset)
            page = await self._client.call(method, account_id=self.account_id)
            for rating in page.ratings:
                yield rating
            offset += MAX_RATINGS_A_PAGE
            if not page.ratings or page.total is None or offset >= page.total:
                return


def _millis(moment: datetime) -> int:
    return (moment.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
