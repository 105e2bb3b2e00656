"""The account and its users: who, which marks, what was said (docs: zalo 5.1, 5.2)."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field, SecretStr

from channels.zalo import error_codes
from channels.zalo.methods.base import GetData, PostJson, without_none
from channels.zalo.types import MessageRows, Nothing, OaInfo, TagList, UserDetail, UserPage

MAX_USERS_A_PAGE = 50  # docs: zalo 5.2
MAX_USER_OFFSET = 9951  # docs: zalo 5.2: more users than that cannot be listed
MAX_MESSAGES_A_PAGE = 10  # docs: zalo 5.2: more answers -210


class GetOa(GetData[OaInfo]):
    """Who the access token belongs to; docs: zalo 5.2."""

    label = "zalo.oa.get"
    path = "/v2.0/oa/getoa"
    codes = error_codes.OA

    def arguments(self) -> Mapping[str, object]:
        """Nothing."""
        return {}


class GetUser(GetData[UserDetail]):
    """What is known of a user; docs: zalo 5.1."""

    label = "zalo.oa.user"
    path = "/v3.0/oa/user/detail"
    codes = error_codes.OA

    user_id: str = Field(repr=False)

    def arguments(self) -> Mapping[str, object]:
        """The user."""
        return {"user_id": self.user_id}


class ListUsers(GetData[UserPage]):
    """A page of the account's users; docs: zalo 5.2."""

    label = "zalo.oa.users"
    path = "/v3.0/oa/user/getlist"
    codes = error_codes.OA

    offset: int = Field(default=0, ge=0, le=MAX_USER_OFFSET)
    count: int = Field(default=MAX_USERS_A_PAGE, ge=1, le=MAX_USERS_A_PAGE)
    tag_name: str | None = None
    last_interaction_period: str | None = None
    """`TODAY`, `YESTERDAY`, `L7D`, `L30D`, or `YYYY_MM_DD:YYYY_MM_DD`."""
    is_follower: bool | None = None

    def arguments(self) -> Mapping[str, object]:
        """Page and filters that are set."""
        return without_none(
            offset=self.offset,
            count=self.count,
            tag_name=self.tag_name,
            last_interaction_period=self.last_interaction_period,
            is_follower=self.is_follower,
        )


class UpdateUser(PostJson[Nothing]):
    """Change what the account notes of a user; docs: zalo 5.2, [C]."""

    label = "zalo.oa.update_user"
    host = "oa"
    path = "/v3.0/oa/user/update"
    codes = error_codes.OA

    user_id: str = Field(repr=False)
    alias: str | None = Field(default=None, repr=False)
    name: str | None = Field(default=None, repr=False)
    phone: SecretStr | None = None
    address: str | None = Field(default=None, repr=False)
    city: str | None = Field(default=None, repr=False)
    district: str | None = Field(default=None, repr=False)
    dob: str | None = Field(default=None, repr=False)

    def body(self) -> Mapping[str, object]:
        """The fields that are set."""
        shared = without_none(
            name=self.name,
            phone=None if self.phone is None else self.phone.get_secret_value(),
            address=self.address,
            city=self.city,
            district=self.district,
            dob=self.dob,
        )
        return without_none(user_id=self.user_id, alias=self.alias, shared_info=shared or None)


class TagUser(PostJson[Nothing]):
    """Give a user a tag, which is made if it is new; docs: zalo 5.2."""

    label = "zalo.oa.tag_user"
    host = "oa"
    path = "/v2.0/oa/tag/tagfollower"
    codes = error_codes.OA

    user_id: str = Field(repr=False)
    tag_name: str

    def body(self) -> Mapping[str, object]:
        """User and tag."""
        return {"user_id": self.user_id, "tag_name": self.tag_name}


class UntagUser(TagUser):
    """Take a tag from a user; docs: zalo 5.2."""

    label = "zalo.oa.untag_user"
    path = "/v2.0/oa/tag/rmfollowerfromtag"


class RemoveTag(PostJson[Nothing]):
    """Do away with a tag; docs: zalo 5.2."""

    label = "zalo.oa.remove_tag"
    host = "oa"
    path = "/v2.0/oa/tag/rmtag"
    codes = error_codes.OA

    tag_name: str

    def body(self) -> Mapping[str, object]:
        """Tag."""
        return {"tag_name": self.tag_name}


class ListTags(GetData[TagList]):
    """The account's tags; docs: zalo 5.2."""

    label = "zalo.oa.tags"
    path = "/v2.0/oa/tag/gettagsofoa"
    codes = error_codes.OA

    def arguments(self) -> Mapping[str, object]:
        """Nothing."""
        return {}


class RecentChat(GetData[MessageRows]):
    """The newest messages of all conversations, newest first; docs: zalo 5.2."""

    label = "zalo.oa.recent_chat"
    path = "/v2.0/oa/listrecentchat"
    codes = error_codes.OA

    offset: int = Field(default=0, ge=0)
    count: int = Field(default=MAX_MESSAGES_A_PAGE, ge=1, le=MAX_MESSAGES_A_PAGE)

    def arguments(self) -> Mapping[str, object]:
        """Page."""
        return {"offset": self.offset, "count": self.count}


class Conversation(RecentChat):
    """The messages exchanged with one user, newest first; docs: zalo 5.2."""

    label = "zalo.oa.conversation"
    path = "/v2.0/oa/conversation"

    user_id: str = Field(repr=False)

    def arguments(self) -> Mapping[str, object]:
        """User and page."""
        return {"user_id": self.user_id, "offset": self.offset, "count": self.count}
