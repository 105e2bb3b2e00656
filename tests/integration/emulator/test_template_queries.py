"""Questions about messages, templates, quotas, quality and ratings (docs: zalo 6.3, 6.4)."""

from typing import Any

import pytest

PHONE = "84905123456"


async def test_quota_and_quality_are_told_in_the_platforms_types(make_lab: Any) -> None:
    lab = await make_lab(daily_quota=500, promotion_daily_quota=7, quality_48_hours="MEDIUM")
    await lab.send()
    assert (await lab.platform("GET", "/message/quota"))["data"] == {
        "dailyQuota": "500",
        "remainingQuota": "499",
        "dailyQuotaPromotion": "7",
        "remainingQuotaPromotion": "7",
        "monthlyPromotionQuota": "10000",
        "remainingMonthlyPromotionQuota": "10000",
        "estimatedNextMonthPromotionQuota": "10000",
    }
    assert (await lab.platform("GET", "/quality"))["data"] == {"oaCurrentQuality": "MEDIUM", "oa7dayQuality": "HIGH"}


async def test_the_allowed_tags_are_listed_and_enforced(make_lab: Any) -> None:
    lab = await make_lab(template_tags=("CUSTOMER_CARE",))
    assert (await lab.platform("GET", "/message/template-tag"))["data"] == ["CUSTOMER_CARE"]
    assert (await lab.send())["error"] == -145


@pytest.mark.parametrize(
    ("status", "found"), [("", 19), ("&status=1", 17), ("&status=2", 0), ("&status=3", 1), ("&status=4", 1)]
)
async def test_templates_are_filtered_by_status(lab: Any, status: str, found: int) -> None:
    listed = await lab.platform("GET", f"/template/all?offset=0&limit=100{status}")
    assert listed["metadata"] == {"total": found}
    assert len(listed["data"]) == found
    for each in listed["data"]:
        assert set(each) == {"templateId", "templateName", "createdTime", "status", "templateQuality"}
        assert isinstance(each["templateId"], int)


@pytest.mark.provokes_violations
@pytest.mark.parametrize("query", ["status=5", "status=x", "limit=0", "limit=101", "offset=-1", "offset=" + "9" * 16])
async def test_a_wrong_page_is_refused(lab: Any, query: str) -> None:
    assert (await lab.platform("GET", f"/template/all?{query}"))["error"] == -132


async def test_a_template_is_told_with_everything_the_platform_tells(lab: Any) -> None:
    info = (await lab.platform("GET", "/template/info/v2?template_id=401003"))["data"]
    assert info["listButtons"] == [
        {"type": 1, "title": "Xem chi tiết", "content": "https://dvc.example.vn"},
        {"type": 2, "title": "Gọi tổng đài", "content": "1900000000"},
    ]
    assert (info["templateTag"], info["status"], info["timeout"]) == ("PROMOTION", "ENABLE", 7200)
    assert (info["price"], info["price_sdt"], info["price_uid"]) == ("300", "300", "250")
    assert (info["applyTemplateQuota"], info["templateDailyQuota"], info["templateRemainingQuota"]) == (
        False,
        None,
        None,
    )
    otp = (await lab.platform("GET", "/template/info/v2?template_id=401001"))["data"]
    assert (otp["timeout"], otp["listButtons"], otp["price"]) == (15, [], "300")
    rejected = (await lab.platform("GET", "/template/info?template_id=401004"))["data"]
    assert (rejected["status"], bool(rejected["reason"])) == ("REJECT", True)


@pytest.mark.provokes_violations("template_id")
async def test_the_example_data_of_a_template_can_be_sent(lab: Any) -> None:
    for template in (await lab.platform("GET", "/template/all?status=1"))["data"]:
        if template["templateName"] == "journey":
            continue
        number = str(template["templateId"])
        sample = (await lab.platform("GET", f"/template/sample-data?template_id={number}"))["data"]
        assert (await lab.send(template_id=number, template_data=sample))["error"] == 0
    assert (await lab.platform("GET", "/template/sample-data?template_id=1"))["error"] == -109
    assert (await lab.platform("GET", "/template/sample-data"))["error"] == -109


async def test_what_citizens_thought_is_found_by_template_and_time(lab: Any) -> None:
    sent = await lab.send(template_id="401002", template_data={"ma_ho_so": "H29"}, tracking_id="n-9")
    await lab.control(f"phones/{PHONE}/send", {"feedback": {"rate": 4, "note": "Tốt", "feedbacks": ["Nhanh"]}})
    now = (await lab.see("clock"))["now_ms"]
    query = {"template_id": "401002", "from_time": str(now - 60_000), "to_time": str(now + 60_000)}
    by_get = await lab.platform("GET", "/rating/get", params={**query, "offset": "0", "limit": "10"})
    (rating,) = by_get["data"]["data"]
    assert by_get["data"]["total"] == 1
    assert (rating["rate"], rating["note"], rating["feedbacks"]) == (4, "Tốt", ["Nhanh"])
    assert (rating["msgId"], rating["trackingId"]) == (sent["data"]["msg_id"], "n-9")
    assert await lab.platform("POST", "/rating/get", params=query) == by_get
    numbers = {"template_id": 401002, "from_time": now - 60_000, "to_time": now + 60_000}
    assert await lab.platform("POST", "/rating/get", json=numbers) == by_get
    later = {**query, "from_time": query["to_time"]}
    assert (await lab.platform("GET", "/rating/get", params=later))["data"] == {"total": 0, "data": []}


@pytest.mark.provokes_violations
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"template_id": "1"}, -109),
        ({"template_id": ""}, -109),
        ({"from_time": ""}, -132),
        ({"to_time": "x"}, -132),
        ({"to_time": "1"}, -132),
        ({"limit": "0"}, -132),
        ({"limit": "101"}, -132),
    ],
)
async def test_a_wrong_question_for_ratings_is_refused(lab: Any, changes: dict[str, str], code: int) -> None:
    query = {"template_id": "401002", "from_time": "1000", "to_time": "2000", **changes}
    assert (await lab.platform("GET", "/rating/get", params=query))["error"] == code


@pytest.mark.provokes_violations("access_token")
async def test_every_question_wants_a_token(lab: Any) -> None:
    paths = (
        "/message/status /message/quota /quality /message/template-tag /template/all /template/info/v2 "
        "/template/info /template/sample-data /rating/get"
    )
    for path in paths.split():
        assert (await lab.platform("GET", path, headers={"access_token": "x"}))["error"] == -124


@pytest.mark.provokes_violations("path")
async def test_addresses_that_nobody_knows_are_refused(lab: Any) -> None:
    for root in ("/message", "/template", "/rating", "/quality", "/rsa", "/journey", "/upload"):
        for path in (root + "/nothing", root):
            assert (await lab.platform("DELETE", path))["error"] == -106
