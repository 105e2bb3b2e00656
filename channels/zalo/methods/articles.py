"""Articles of the account, and their broadcast, the only thing that can be sent to many (docs: zalo 4.6).

The sheet knows the addresses and the token that `verify` turns into an id, not the fields of an article's body; those
are passed on as they are given. These addresses take plain query parameters: the one parameter `data` is documented for
`/v2.0/oa` and `/v3.0/oa` only (docs: zalo 1).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from channels.zalo import error_codes
from channels.zalo.methods.base import GetQuery, PostJson, without_none
from channels.zalo.methods.messages import V2_MESSAGE_PATH
from channels.zalo.types import Article, ArticlePage, ArticleToken, BroadcastResult, Nothing, VerifiedArticle


class CreateArticle(PostJson[ArticleToken]):
    """Begin an article; answers a token to ask `VerifyArticle` with."""

    label = "zalo.oa.create_article"
    host = "oa"
    path = "/v2.0/article/create"
    codes = error_codes.OA

    fields: Mapping[str, Any] = Field(repr=False)

    def body(self) -> Mapping[str, object]:
        """The article."""
        return dict(self.fields)


class UpdateArticle(CreateArticle):
    """Change an article; `fields` hold its id."""

    label = "zalo.oa.update_article"
    path = "/v2.0/article/update"


class VerifyArticle(PostJson[VerifiedArticle]):
    """Ask whether an article is ready; -214 while it is not (`Temporary`)."""

    label = "zalo.oa.verify_article"
    host = "oa"
    path = "/v2.0/article/verify"
    codes = error_codes.OA

    token: str

    def body(self) -> Mapping[str, object]:
        """The token of `CreateArticle`."""
        return {"token": self.token}


class RemoveArticle(PostJson[Nothing]):
    """Do away with an article."""

    label = "zalo.oa.remove_article"
    host = "oa"
    path = "/v2.0/article/remove"
    codes = error_codes.OA

    article_id: str

    def body(self) -> Mapping[str, object]:
        """The article."""
        return {"id": self.article_id}


class ListArticles(GetQuery[ArticlePage]):
    """A page of the account's articles."""

    label = "zalo.oa.articles"
    host = "oa"
    path = "/v2.0/article/getslice"
    codes = error_codes.OA

    offset: int = Field(default=0, ge=0)
    limit: int = Field(default=10, ge=1)

    def arguments(self) -> Mapping[str, object]:
        """Page."""
        return {"offset": self.offset, "limit": self.limit, "type": "normal"}


class GetArticle(GetQuery[Article]):
    """One article."""

    label = "zalo.oa.article"
    host = "oa"
    path = "/v2.0/article/getdetail"
    codes = error_codes.OA

    article_id: str

    def arguments(self) -> Mapping[str, object]:
        """The article."""
        return {"id": self.article_id}


class BroadcastArticle(PostJson[BroadcastResult]):
    """A published article to the followers of a target group, 06:00 to 21:59 (-234 otherwise); docs: zalo 4.6, 4.7.

    The target's numbers are graded [C]: `gender` 0 all, 1 male, 2 female; `locations` 0 north, 1 centre, 2 south.
    """

    label = "zalo.oa.broadcast"
    host = "oa"
    path = V2_MESSAGE_PATH
    codes = error_codes.OA

    article_id: str
    ages: int | None = Field(default=None, ge=0, le=7)
    gender: int | None = Field(default=None, ge=0, le=2)
    locations: int | None = Field(default=None, ge=0, le=2)
    cities: int | None = Field(default=None, ge=0, le=63)
    platform: int | None = Field(default=None, ge=1, le=3)

    def body(self) -> Mapping[str, object]:
        """Target and article."""
        target = without_none(
            ages=self.ages, gender=self.gender, locations=self.locations, cities=self.cities, platform=self.platform
        )
        element = {"media_type": "article", "attachment_id": self.article_id}
        payload = {"template_type": "media", "elements": [element]}
        return {
            "recipient": {"target": target},
            "message": {"attachment": {"type": "template", "payload": payload}},
        }
