from typing import Any

import pytest

ARTICLE = {
    "type": "normal",
    "title": "Lịch tiếp dân",
    "author": "UBND xã A",
    "cover": {"cover_type": "photo", "photo_url": "https://dvc.example.vn/bia.png", "status": "show"},
    "description": "Lịch tháng ba",
    "body": [
        {"type": "text", "content": "<p>Thứ hai &amp; thứ năm<script>x</script></p>"},
        {"type": "image", "url": "https://dvc.example.vn/anh.png", "caption": ""},
    ],
    "status": "show",
    "comment": "hide",
    "tracking_link": "https://dvc.example.vn/theo-doi",
}


async def post(lab: Any, call: str, **body: Any) -> Any:
    return await lab.platform("POST", f"/v2.0/article/{call}", json=body)


async def create(lab: Any, **changes: Any) -> str:
    token = (await post(lab, "create", **{**ARTICLE, **changes}))["data"]["token"]
    return str((await post(lab, "verify", token=token))["data"]["id"])


@pytest.mark.provokes_violations("id")
async def test_an_article_is_made_verified_listed_read_and_removed(make_lab: Any) -> None:
    lab = await make_lab(article_processing_seconds=60.0)
    token = (await post(lab, "create", **ARTICLE))["data"]["token"]
    assert (await post(lab, "verify", token=token))["error"] == -214
    await lab.control("clock", {"advance_seconds": 61})
    article_id = (await post(lab, "verify", token=token))["data"]["id"]
    detail = (await lab.platform("GET", "/v2.0/article/getdetail", params={"id": article_id}))["data"]
    assert detail == {**ARTICLE, "id": article_id}
    listing = await lab.platform("GET", "/v2.0/article/getslice", params={"offset": 0, "limit": 10, "type": "normal"})
    (row,) = listing["data"]["medias"]
    assert listing["data"]["total"] == 1
    assert (row["id"], row["title"], row["status"], row["thumb"]) == (
        article_id, "Lịch tiếp dân", "show", "https://dvc.example.vn/bia.png"
    )  # fmt: skip
    async with lab.session.get(row["link_view"]) as page:
        text = await page.text()
    assert "Thứ hai &amp; thứ nămx" in text
    assert "<script" not in text
    assert await lab.see("violations") == []
    assert (await post(lab, "remove", id=article_id))["error"] == 0
    assert (await post(lab, "remove", id=article_id))["error"] == -201
    async with lab.session.get(row["link_view"]) as page:
        assert page.status == 404


@pytest.mark.provokes_violations("id")
async def test_an_update_is_worked_on_like_a_new_article(make_lab: Any) -> None:
    lab = await make_lab(article_processing_seconds=0.0)
    article_id = await create(lab)
    token = (await post(lab, "update", **{**ARTICLE, "id": article_id, "title": "Lịch mới"}))["data"]["token"]
    assert (await post(lab, "verify", token=token))["data"] == {"id": article_id}
    detail = (await lab.platform("GET", "/v2.0/article/getdetail", params={"data": f'{{"id":"{article_id}"}}'}))["data"]
    assert detail["title"] == "Lịch mới"
    assert (await post(lab, "update", **{**ARTICLE, "id": "none"}))["error"] == -201


async def test_a_video_article_needs_no_cover(make_lab: Any) -> None:
    lab = await make_lab(article_processing_seconds=0.0)
    video = {
        "type": "video",
        "title": "Hướng dẫn",
        "description": "Nộp hồ sơ",
        "video_id": "v1",
        "avatar": "https://a.vn/a.png",
    }
    token = (await post(lab, "create", **video))["data"]["token"]
    assert (await post(lab, "verify", token=token))["error"] == 0
    listing = await lab.platform("GET", "/v2.0/article/getslice", params={"offset": 0, "limit": 10, "type": "video"})
    assert listing["data"]["medias"][0]["thumb"] == "https://a.vn/a.png"


@pytest.mark.provokes_violations
@pytest.mark.parametrize(
    ("changes", "code", "rule"),
    [({"title": ""}, -201, "title"), ({"title": "x" * 151}, -210, "title"), ({"author": 5}, -201, "author"),
     ({"description": None}, -201, "description"), ({"description": "x" * 301}, -210, "description"),
     ({"cover": None}, -201, "cover"), ({"cover": {"cover_type": "x"}}, -201, "cover"),
     ({"cover": {"cover_type": "photo"}}, -201, "photo_url"), ({"body": []}, -201, "body"),
     ({"body": [{"type": "text"}]}, -201, "body"), ({"body": [{"type": ["x"]}]}, -201, "body"),
     ({"status": "visible"}, -201, "status"), ({"type": "poem"}, -201, "type")],
)  # fmt: skip
async def test_an_article_that_is_none_is_refused(lab: Any, changes: dict[str, Any], code: int, rule: str) -> None:
    assert (await post(lab, "create", **{**ARTICLE, **changes}))["error"] == code
    assert [each["rule"] for each in await lab.see("violations")] == [rule]


@pytest.mark.provokes_violations
@pytest.mark.parametrize(
    "params", [{}, {"type": "poem"}, {"type": "normal", "limit": "11"}, {"type": "normal", "offset": "-1"}]
)
async def test_a_list_of_articles_needs_its_type_and_ten_at_most(lab: Any, params: dict[str, str]) -> None:
    assert (await lab.platform("GET", "/v2.0/article/getslice", params=params))["error"] == -201


@pytest.mark.provokes_violations("access_token", "id", "token")
async def test_ids_and_tokens_of_articles_are_checked(lab: Any) -> None:
    assert (await post(lab, "verify", token="made up"))["error"] == -201
    assert (await post(lab, "verify"))["error"] == -201
    assert (await lab.platform("GET", "/v2.0/article/getdetail", params={"id": "none"}))["error"] == -201
    lab.token = "made up"
    assert (await post(lab, "create", **ARTICLE))["error"] == -216
