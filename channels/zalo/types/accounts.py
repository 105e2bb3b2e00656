"""Answers about the Official Account, its users, their messages and what is left to send (docs: zalo 5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field

from channels.wire import Forgiving, IdText, LenientBool, LenientInt, LenientText, Millis, OptionalId, read_items
from channels.zalo.types.wire import WireModel


class OaInfo(WireModel):
    """`data` of `GET /v2.0/oa/getoa`, docs: zalo 5.2."""

    oa_id: OptionalId = None
    oaid: OptionalId = None
    name: str | None = None
    is_verified: LenientBool = None
    package_name: str | None = None
    package_valid_through_date: LenientText = ""
    num_follower: LenientInt = None

    @property
    def id(self) -> str | None:
        """The account's id under its present or its older name."""
        return self.oa_id or self.oaid


class SharedInfo(WireModel):
    """What the person filled into the info form: not verified by Zalo (docs: zalo 9)."""

    name: LenientText = Field(default="", repr=False)
    phone: OptionalId = Field(default=None, repr=False)
    """As it came, which may have been a number: a leading 0 or a country code is not sure."""
    address: LenientText = Field(default="", repr=False)
    city: LenientText = Field(default="", repr=False)
    district: LenientText = Field(default="", repr=False)
    user_dob: LenientText = Field(default="", repr=False)


class TagsAndNotes(WireModel):
    """Marks that the account's staff gave a user."""

    notes: Annotated[tuple[str, ...] | None, Forgiving] = Field(default=(), repr=False)
    tag_names: Annotated[tuple[str, ...] | None, Forgiving] = ()


class UserDetail(WireModel):
    """`data` of `GET /v3.0/oa/user/detail`, docs: zalo 5.1."""

    user_id: IdText = Field(repr=False)
    user_id_by_app: OptionalId = Field(default=None, repr=False)
    display_name: LenientText = Field(default="", repr=False)
    user_alias: LenientText = Field(default="", repr=False)
    is_sensitive: LenientBool = None
    user_is_follower: LenientBool = None
    user_last_interaction_date: LenientText = ""
    """`DD/MM/YYYY`, or ""."""
    tags_and_notes_info: Annotated[TagsAndNotes | None, Forgiving] = None
    shared_info: Annotated[SharedInfo | None, Forgiving] = None


class UserRow(WireModel):
    """One row of a list of users."""

    user_id: IdText = Field(repr=False)


class UserPage(WireModel):
    """`data` of `GET /v3.0/oa/user/getlist`, docs: zalo 5.2."""

    total: LenientInt = None
    count: LenientInt = None
    offset: LenientInt = None
    users: Annotated[tuple[UserRow, ...], BeforeValidator(lambda rows: read_items(rows, UserRow))] = ()


class MessageRow(WireModel):
    """One message of a conversation, docs: zalo 5.2."""

    src: LenientInt = None
    """0: ours; 1: the user's."""
    time: Millis = None
    type: LenientText = ""
    message: LenientText = Field(default="", repr=False)
    message_id: IdText
    from_id: OptionalId = Field(default=None, repr=False)
    to_id: OptionalId = Field(default=None, repr=False)
    from_display_name: LenientText = Field(default="", repr=False)
    url: LenientText = Field(default="", repr=False)
    thumb: LenientText = Field(default="", repr=False)

    @property
    def is_from_user(self) -> bool:
        """Whether the person wrote it."""
        return self.src == 1


class _Rows(WireModel):
    """Base of answers whose `data` is a list."""

    @classmethod
    def from_answer(cls, document: Mapping[str, Any]) -> Self:
        """Read the rows that can be read."""
        return cls.model_validate({"rows": document.get("data")})


class MessageRows(_Rows):
    """`data` of `GET /v2.0/oa/listrecentchat` and `conversation`: newest first."""

    rows: Annotated[tuple[MessageRow, ...], BeforeValidator(lambda rows: read_items(rows, MessageRow))] = ()


class TagList(_Rows):
    """`data` of `GET /v2.0/oa/tag/gettagsofoa`: names."""

    rows: Annotated[tuple[str, ...] | None, Forgiving] = ()


class ReplyQuota(WireModel):
    """Free answers to one user."""

    remain: LenientInt = None
    total: LenientInt = None


class PromotionQuota(WireModel):
    """Promotions to one user."""

    daily_remain: LenientInt = None
    daily_total: LenientInt = None
    monthly_remain: LenientInt = None
    monthly_total: LenientInt = None


class UserQuota(WireModel):
    """`data` of `POST /v3.0/oa/quota/message` with a user id, docs: zalo 5.4."""

    last_interaction: Millis = None
    cs_reply: Annotated[ReplyQuota | None, Forgiving] = None
    promotion: Annotated[PromotionQuota | None, Forgiving] = None


class QuotaAsset(WireModel):
    """One package of messages."""

    asset_id: OptionalId = None
    product_type: LenientText = ""
    quota_type: LenientText = ""
    valid_through: LenientText = ""
    """`DD/MM/YYYY`."""
    total: LenientInt = None
    remain: LenientInt = None


class QuotaAssets(_Rows):
    """`data` of `POST /v3.0/oa/quota/message` with a quota owner, docs: zalo 5.4."""

    rows: Annotated[tuple[QuotaAsset, ...], BeforeValidator(lambda rows: read_items(rows, QuotaAsset))] = ()
