"""Questions about templates and what was sent from them (docs: zalo 6.3)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum

from pydantic import Field

from channels.zalo import error_codes
from channels.zalo.methods.base import GetQuery, without_none
from channels.zalo.types import (
    AccountQuality,
    DailyQuota,
    MessageState,
    RatingPage,
    TemplateDescription,
    TemplateExample,
    TemplatePage,
)

MAX_TEMPLATES_A_PAGE = 100  # docs: zalo 6.3
MAX_RATINGS_A_PAGE = 100  # the sheet names no limit; the one of templates


class TemplateStatus(IntEnum):
    """The filter of the list of templates, docs: zalo 6.3."""

    ENABLE = 1
    PENDING_REVIEW = 2
    REJECT = 3
    DISABLE = 4


class TemplateInfo(GetQuery[TemplateDescription]):
    """Status, parameters and price of a template; docs: zalo 6.3 and 6.4."""

    label = "zalo.template.info"
    path = "/template/info/v2"
    codes = error_codes.ZBS

    template_id: str

    def arguments(self) -> Mapping[str, object]:
        """Query."""
        return {"template_id": self.template_id}


class ListTemplates(GetQuery[TemplatePage]):
    """A page of the account's templates."""

    label = "zalo.template.list"
    path = "/template/all"
    codes = error_codes.ZBS

    offset: int = Field(default=0, ge=0)
    limit: int = Field(default=MAX_TEMPLATES_A_PAGE, ge=1, le=MAX_TEMPLATES_A_PAGE)
    status: TemplateStatus | None = None

    def arguments(self) -> Mapping[str, object]:
        """Query."""
        status = None if self.status is None else int(self.status)
        return without_none(offset=self.offset, limit=self.limit, status=status)


class TemplateSample(GetQuery[TemplateExample]):
    """Example values of a template."""

    label = "zalo.template.sample"
    path = "/template/sample-data"
    codes = error_codes.ZBS

    template_id: str

    def arguments(self) -> Mapping[str, object]:
        """Query."""
        return {"template_id": self.template_id}


class MessageStatus(GetQuery[MessageState]):
    """Whether a template message was delivered."""

    label = "zalo.template.status"
    path = "/message/status"
    codes = error_codes.ZBS

    message_id: str

    def arguments(self) -> Mapping[str, object]:
        """Query."""
        return {"message_id": self.message_id}


class TemplateQuota(GetQuery[DailyQuota]):
    """How many template messages are left today."""

    label = "zalo.template.quota"
    path = "/message/quota"
    codes = error_codes.ZBS

    def arguments(self) -> Mapping[str, object]:
        """Nothing."""
        return {}


class Quality(GetQuery[AccountQuality]):
    """How citizens judge the account, which decides its quota."""

    label = "zalo.template.quality"
    path = "/quality"
    codes = error_codes.ZBS

    def arguments(self) -> Mapping[str, object]:
        """Nothing."""
        return {}


class Ratings(GetQuery[RatingPage]):
    """A page of what citizens thought of a template's messages; docs: zalo 6.3 (a GET, in one source a POST)."""

    label = "zalo.template.ratings"
    path = "/rating/get"
    codes = error_codes.ZBS

    template_id: str
    from_ms: int
    """First moment, ms since 1970."""
    to_ms: int
    """Last moment, ms since 1970."""
    offset: int = Field(default=0, ge=0)
    limit: int = Field(default=MAX_RATINGS_A_PAGE, ge=1)

    def arguments(self) -> Mapping[str, object]:
        """Query."""
        return {
            "template_id": self.template_id,
            "from_time": self.from_ms,
            "to_time": self.to_ms,
            "offset": self.offset,
            "limit": self.limit,
        }
