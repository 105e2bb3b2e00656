"""Answers about articles (docs: zalo 4.6). Only their existence is graded A, so everything is optional."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import AliasChoices, BeforeValidator, Field

from channels.wire import IdText, LenientInt, LenientText, OptionalId, read_items
from channels.zalo.types.wire import WireModel


class ArticleToken(WireModel):
    """`data` of creating or updating: the token to ask `verify` with."""

    token: IdText


class VerifiedArticle(WireModel):
    """`data` of `verify`: the article's id, once it is ready."""

    id: OptionalId = None


class ArticleRow(WireModel):
    """One row of `getslice`."""

    id: IdText
    title: LenientText = ""
    status: LenientText = ""


class ArticlePage(WireModel):
    """`data` of `getslice`."""

    total: LenientInt = None
    articles: Annotated[tuple[ArticleRow, ...], BeforeValidator(lambda rows: read_items(rows, ArticleRow))] = Field(
        default=(), validation_alias=AliasChoices("medias", "articles")
    )


class Article(WireModel):
    """`data` of `getdetail`, as it came."""

    fields: Mapping[str, Any] = Field(default_factory=dict, repr=False)

    @classmethod
    def from_answer(cls, document: Mapping[str, Any]) -> Self:
        """Read `data` as it is."""
        data = document.get("data")
        return cls(fields=data if isinstance(data, dict) else {})
