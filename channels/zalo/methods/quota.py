"""Questions about what may still be sent (docs: zalo 5.4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from channels.zalo import error_codes
from channels.zalo.methods.base import PostJson, without_none
from channels.zalo.types import QuotaAssets, UserQuota

QUOTA_PATH = "/v3.0/oa/quota/message"


class QuotaOfUser(PostJson[UserQuota]):
    """How many free answers are left for one user; docs: zalo 5.4."""

    label = "zalo.oa.quota_user"
    host = "oa"
    path = QUOTA_PATH
    codes = error_codes.OA

    user_id: str = Field(repr=False)

    def body(self) -> Mapping[str, object]:
        """The user."""
        return {"user_id": self.user_id}


class QuotaOfAccount(PostJson[QuotaAssets]):
    """What is left of the account's packages; docs: zalo 5.4."""

    label = "zalo.oa.quota_account"
    host = "oa"
    path = QUOTA_PATH
    codes = error_codes.OA

    quota_owner: Literal["OA", "App"] = "OA"
    product_type: Literal["cs", "transaction"] | None = None
    quota_type: Literal["sub_quota", "purchase_quota", "reward_quota"] | None = None

    def body(self) -> Mapping[str, object]:
        """The owner, and the filters that are set."""
        return without_none(quota_owner=self.quota_owner, product_type=self.product_type, quota_type=self.quota_type)
