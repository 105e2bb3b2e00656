"""What may be sent: quotas of the day and of the month, of the account, of a template, of a citizen (docs: zalo 6.5).

Limits are read from the settings when they are needed; days and months turn at midnight in Vietnam (docs: zalo 11).
"""

from collections import Counter
from typing import Any

from emulator.clock import day_number, month_number
from emulator.config import EmulatorConfig
from emulator.errors import Refused
from emulator.parts import Part
from emulator.templates import PROMOTION, Template


class TemplateQuota(Part):
    """Counts what was sent. `used` is the day's messages of the account, without those of development mode."""

    def __init__(self, config: EmulatorConfig) -> None:
        self._config = config
        self.day = 0
        self.used = 0
        self._development_used = 0
        self._by_template: Counter[str] = Counter()
        self._promotions_today = 0
        self._promoted_today: Counter[str] = Counter()
        self._month = 0
        self._promotions_this_month = 0
        self._promoted_this_month: Counter[str] = Counter()

    @property
    def total(self) -> int:
        """How many a day."""
        return self._config.daily_quota

    def remaining(self, now_ms: int) -> int:
        """How many may still go today."""
        self._turn(now_ms)
        return max(0, self._config.daily_quota - self.used)

    def check_account(self, template: Template, now_ms: int) -> None:
        """Whether the account may send one more of these. Raises Refused: -147, -144, -1441."""
        self._turn(now_ms)
        if template.daily_quota is not None and self._by_template[template.template_id] >= template.daily_quota:
            raise Refused(-147)
        if self.used >= self._config.daily_quota:
            raise Refused(-144)
        if template.tag == PROMOTION:
            self._check_promotions()

    def check_citizen(self, template: Template, phone: str, now_ms: int) -> None:
        """Whether this phone may get one more of these. Raises Refused: -1471, -1472."""
        if template.tag != PROMOTION:
            return
        self._turn(now_ms)
        if self._promoted_this_month[phone] >= self._config.promotions_per_user_month:
            raise Refused(-1471)
        if self._promoted_today[phone] >= self._config.promotions_per_user_day:
            raise Refused(-1472)

    def check_development(self, now_ms: int) -> None:
        """Whether one more test message may go today. Raises Refused(-126)."""
        self._turn(now_ms)
        if self._development_used >= self._config.development_daily_quota:
            raise Refused(-126)

    def take(self, now_ms: int, template: Template | None = None, phone: str = "") -> int:
        """Count one that is sent; how many are left. Raises Refused(-144) without a template when none is."""
        left = self.remaining(now_ms)
        if template is None and not left:
            raise Refused(-144)
        self.used += 1
        if template is not None:
            self._by_template[template.template_id] += 1
            if template.tag == PROMOTION:
                self._count_promotion(phone)
        return max(0, left - 1)

    def take_development(self, now_ms: int) -> int:
        """Count a test message; how many ordinary ones are left."""
        left = self.remaining(now_ms)
        self._development_used += 1
        return left

    def template_remaining(self, template: Template, now_ms: int) -> int | None:
        """How many of this template may still go today; None: it has no limit of its own."""
        self._turn(now_ms)
        if template.daily_quota is None:
            return None
        return max(0, template.daily_quota - self._by_template[template.template_id])

    def promotion_view(self, now_ms: int) -> dict[str, str | None]:
        """The promotion part of `GET /message/quota`: strings, null where nothing applies (docs: zalo 6.3)."""
        self._turn(now_ms)
        daily, monthly = self._config.promotion_daily_quota, self._config.promotion_monthly_quota
        return {
            "dailyQuotaPromotion": None if daily is None else str(daily),
            "remainingQuotaPromotion": None if daily is None else str(max(0, daily - self._promotions_today)),
            "monthlyPromotionQuota": str(monthly),
            "remainingMonthlyPromotionQuota": str(max(0, monthly - self._promotions_this_month)),
            "estimatedNextMonthPromotionQuota": str(monthly),
        }

    def snapshot(self) -> dict[str, Any]:
        """All counts as JSON."""
        return {
            "day": self.day,
            "used": self.used,
            "development_used": self._development_used,
            "by_template": self._by_template,
            "promotions_today": self._promotions_today,
            "promoted_today": self._promoted_today,
            "month": self._month,
            "promotions_this_month": self._promotions_this_month,
            "promoted_this_month": self._promoted_this_month,
        }

    def restore(self, raw: dict[str, Any]) -> None:
        """Take over a snapshot; older ones know `day` and `used` only."""
        self.day, self.used = raw["day"], raw["used"]
        self._development_used = raw.get("development_used", 0)
        self._by_template = Counter(raw.get("by_template", {}))
        self._promotions_today = raw.get("promotions_today", 0)
        self._promoted_today = Counter(raw.get("promoted_today", {}))
        self._month = raw.get("month", 0)
        self._promotions_this_month = raw.get("promotions_this_month", 0)
        self._promoted_this_month = Counter(raw.get("promoted_this_month", {}))

    def _check_promotions(self) -> None:
        daily = self._config.promotion_daily_quota
        if daily is not None and self._promotions_today >= daily:
            raise Refused(-144)
        if self._promotions_this_month >= self._config.promotion_monthly_quota:
            raise Refused(-1441)

    def _count_promotion(self, phone: str) -> None:
        self._promotions_today += 1
        self._promotions_this_month += 1
        self._promoted_today[phone] += 1
        self._promoted_this_month[phone] += 1

    def _turn(self, now_ms: int) -> None:
        today = day_number(now_ms)
        if today == self.day:
            return
        self.day, self.used, self._development_used, self._promotions_today = today, 0, 0, 0
        self._by_template, self._promoted_today = Counter(), Counter()
        month = month_number(now_ms)
        if month != self._month:
            self._month, self._promotions_this_month, self._promoted_this_month = month, 0, Counter()
