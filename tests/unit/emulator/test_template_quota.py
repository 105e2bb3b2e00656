import json
from dataclasses import replace

import pytest

from emulator.config import EmulatorConfig
from emulator.errors import Refused
from emulator.quota import TemplateQuota
from emulator.templates import load_templates

NOW = 1_772_400_000_000
DAY = 86_400_000
PLAIN = load_templates()["400101"]
PROMOTION = load_templates()["401003"]
PHONE = "84987654321"


def test_the_quota_is_full_again_at_midnight_in_vietnam() -> None:
    quota = TemplateQuota(EmulatorConfig(daily_quota=1))
    assert quota.take(NOW) == 0
    with pytest.raises(Refused, match="-144"):
        quota.take(NOW)
    with pytest.raises(Refused, match="-144"):
        quota.check_account(PLAIN, NOW)
    assert quota.take(NOW + DAY) == 0


def test_the_quota_follows_the_setting_while_the_emulator_runs() -> None:
    config = EmulatorConfig(daily_quota=1)
    quota = TemplateQuota(config)
    quota.take(NOW)
    config.daily_quota = 3
    assert (quota.total, quota.remaining(NOW)) == (3, 2)
    config.daily_quota = 0
    assert quota.remaining(NOW) == 0


def test_a_template_may_have_a_quota_of_its_own() -> None:
    quota = TemplateQuota(EmulatorConfig())
    limited = replace(PLAIN, daily_quota=1)
    assert quota.template_remaining(PLAIN, NOW) is None
    assert quota.template_remaining(limited, NOW) == 1
    quota.check_account(limited, NOW)
    quota.take(NOW, limited, PHONE)
    with pytest.raises(Refused, match="-147"):
        quota.check_account(limited, NOW)
    quota.check_account(replace(limited, template_id="x"), NOW)
    quota.check_account(limited, NOW + DAY)


def test_promotions_are_limited_by_day_and_month_for_the_account() -> None:
    quota = TemplateQuota(EmulatorConfig(promotion_monthly_quota=2, promotion_daily_quota=1))
    quota.take(NOW, PROMOTION, PHONE)
    quota.check_account(PLAIN, NOW)
    with pytest.raises(Refused, match="-144"):
        quota.check_account(PROMOTION, NOW)
    quota.check_account(PROMOTION, NOW + DAY)
    quota.take(NOW + DAY, PROMOTION, PHONE)
    with pytest.raises(Refused, match="-1441"):
        quota.check_account(PROMOTION, NOW + 2 * DAY)
    quota.check_account(PROMOTION, NOW + 31 * DAY)


def test_a_citizen_gets_so_many_promotions_a_day_and_a_month() -> None:
    quota = TemplateQuota(EmulatorConfig(promotions_per_user_day=1, promotions_per_user_month=2))
    quota.take(NOW, PROMOTION, PHONE)
    with pytest.raises(Refused, match="-1472"):
        quota.check_citizen(PROMOTION, PHONE, NOW)
    quota.check_citizen(PLAIN, PHONE, NOW)
    quota.check_citizen(PROMOTION, "84900000000", NOW)
    quota.take(NOW + DAY, PROMOTION, PHONE)
    with pytest.raises(Refused, match="-1471"):
        quota.check_citizen(PROMOTION, PHONE, NOW + 2 * DAY)
    quota.check_citizen(PROMOTION, PHONE, NOW + 31 * DAY)


def test_test_messages_have_a_quota_of_their_own() -> None:
    quota = TemplateQuota(EmulatorConfig(daily_quota=5, development_daily_quota=1))
    quota.check_development(NOW)
    assert quota.take_development(NOW) == 5
    with pytest.raises(Refused, match="-126"):
        quota.check_development(NOW)
    assert quota.remaining(NOW) == 5
    quota.check_development(NOW + DAY)


def test_counts_survive_a_restart_and_older_files_are_read() -> None:
    config = EmulatorConfig(promotions_per_user_day=1, development_daily_quota=1)
    before, after = TemplateQuota(config), TemplateQuota(config)
    limited = replace(PROMOTION, daily_quota=5)
    before.take(NOW, limited, PHONE)
    before.take_development(NOW)
    after.restore(json.loads(json.dumps(before.snapshot())))
    assert after.template_remaining(limited, NOW) == 4
    assert after.promotion_view(NOW)["remainingMonthlyPromotionQuota"] == "9999"
    with pytest.raises(Refused, match="-1472"):
        after.check_citizen(PROMOTION, PHONE, NOW)
    with pytest.raises(Refused, match="-126"):
        after.check_development(NOW)
    old = TemplateQuota(config)
    old.restore({"used": 7, "day": before.day})
    assert old.remaining(NOW) == config.daily_quota - 7
