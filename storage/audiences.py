"""Who a broadcast is for: a description that is saved, estimated, approved, and made phones of only at its start."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Audience(BaseModel):
    """People by what is known of their dossiers, by an uploaded list, or by what they asked to be told about.

    All conditions hold together; an empty one leaves everything open. One message goes to a phone, however many
    dossiers it has. Units cover those below them (storage/officers.py, `covers`).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["dossiers", "list", "subscribers"] = "dossiers"
    units: tuple[str, ...] = ()
    procedures: tuple[str, ...] = Field(default=(), description="national codes, d.dddddd")
    statuses: tuple[int, ...] = Field(default=(), description="1 to 10")
    submitted_from: date | None = None
    submitted_until: date | None = Field(default=None, description="this day included, as the others")
    due_from: date | None = None
    due_until: date | None = None
    linked: bool | None = Field(default=None, description="proved the phone in the chat; None: all the same")
    language: Literal["vi", "en"] | None = None
    category: str | None = Field(default=None, description="asked to be told about it (subscriptions)")
    list_id: int | None = None

    @model_validator(mode="after")
    def _check(self) -> Audience:
        if (self.kind == "list") != (self.list_id is not None):
            raise ValueError("list_id goes with the kind list, and only with it")
        if self.kind == "subscribers" and self.category is None:
            raise ValueError("the kind subscribers needs a category")
        return self
