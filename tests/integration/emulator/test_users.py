import json
from typing import Any

import pytest

INFO = {"name": "Nguyễn Văn A", "phone": "84987654321", "address": "1 Lê Lợi", "city": "Huế", "dob": "01/01/1990"}


async def ask(lab: Any, path: str, **data: Any) -> Any:
    return await lab.platform("GET", path, params={"data": json.dumps(data)})


async def tell(lab: Any, path: str, **body: Any) -> Any:
    return await lab.platform("POST", path, json=body)


async def citizen(lab: Any, phone: str = "0905123456", *, name: str = "An") -> str:
    user = (await lab.control("phones", {"phone": phone, "name": name}))["user_id"]
    await lab.control(f"phones/{phone}/send", {"text": "Xin chào"})
    return str(user)


async def detail(lab: Any, user: str) -> dict[str, Any]:
    answer = await ask(lab, "/v3.0/oa/user/detail", user_id=user)
    assert answer["error"] == 0, answer
    return dict(answer["data"])


async def test_a_users_detail_has_every_field_of_the_fact_sheet(lab: Any) -> None:
    await lab.control("clock", {"now": "2026-03-02T09:00:00+07:00"})
    user = await citizen(lab)
    found = await detail(lab, user)
    assert found.keys() == {
        "user_id", "user_id_by_app", "user_external_id", "display_name", "user_alias", "is_sensitive",
        "user_is_follower", "user_last_interaction_date", "avatar", "avatars", "tags_and_notes_info", "shared_info",
        "dynamic_param",
    }  # fmt: skip
    assert (found["user_id"], found["display_name"], found["user_is_follower"]) == (user, "An", False)
    assert found["user_last_interaction_date"] == "02/03/2026"
    assert found["avatar"].startswith("http://")
    assert found["avatars"].keys() == {"120", "240"}
    assert found["tags_and_notes_info"] == {"notes": [], "tag_names": []}
    assert found["shared_info"] == {}


@pytest.mark.parametrize("path", ["/v3.0/oa/user/update", "/v2.0/oa/updatefollowerinfo"])
@pytest.mark.parametrize("is_nested", [True, False])
async def test_an_update_shows_in_the_detail(lab: Any, path: str, is_nested: bool) -> None:
    user = await citizen(lab)
    info: dict[str, Any] = {"shared_info": INFO} if is_nested else dict(INFO)
    assert await tell(lab, path, user_id=user, user_alias="Ông A", **info) == {"error": 0, "message": "Success"}
    found = await detail(lab, user)
    assert found["user_alias"] == "Ông A"
    assert found["shared_info"] == {
        "name": "Nguyễn Văn A", "phone": "84987654321", "address": "1 Lê Lợi", "city": "Huế", "user_dob": "01/01/1990"
    }  # fmt: skip
    assert (await tell(lab, path, user_id=user, alias="Bác A"))["error"] == 0
    assert (await detail(lab, user))["user_alias"] == "Bác A"
    assert await lab.see("violations") == []


async def test_a_shared_phone_may_be_written_as_a_number(make_lab: Any) -> None:
    lab = await make_lab(shared_phone_as_number=True)
    user = await citizen(lab)
    await tell(lab, "/v3.0/oa/user/update", user_id=user, phone=84987654321)
    assert (await detail(lab, user))["shared_info"] == {"phone": 84987654321}


@pytest.mark.provokes_violations
@pytest.mark.parametrize(
    ("changes", "code"),
    [({}, -201), ({"user_id": "1", "alias": "x"}, -201), ({"user_id": 5}, -201), ({"alias": 5}, -201),
     ({"shared_info": []}, -201), ({"alias": "x" * 501}, -210), ({"shared_info": {"name": "x" * 501}}, -210)],
)  # fmt: skip
async def test_an_update_that_is_none_is_refused(lab: Any, changes: dict[str, Any], code: int) -> None:
    user = await citizen(lab)
    assert (await tell(lab, "/v3.0/oa/user/update", **{"user_id": user, **changes}))["error"] == code
    assert [each["code"] for each in await lab.see("violations")] == [code]


@pytest.mark.provokes_violations("retired", "user_id")
async def test_getprofile_has_stopped_unless_the_setting_says_otherwise(make_lab: Any) -> None:
    lab = await make_lab()
    user = await citizen(lab)
    assert (await ask(lab, "/v2.0/oa/getprofile", user_id=user))["error"] == -240
    older = await make_lab(getprofile_stopped=False)
    user = await citizen(older)
    answer = await ask(older, "/v2.0/oa/getprofile", user_id=user)
    assert (answer["error"], answer["data"]["user_id"], answer["data"]["display_name"]) == (0, user, "An")
    assert (await ask(older, "/v2.0/oa/getprofile", user_id="1"))["error"] == -201


async def listed(lab: Any, **filters: Any) -> list[str]:
    answer = await ask(lab, "/v3.0/oa/user/getlist", **{"offset": 0, "count": 50, **filters})
    assert answer["error"] == 0, answer
    users = [each["user_id"] for each in answer["data"]["users"]]
    assert answer["data"]["total"] == len(users)
    return users


async def test_the_list_holds_who_spoke_or_follows_and_every_filter_narrows_it(lab: Any) -> None:
    await lab.control("clock", {"now": "2026-03-01T09:00:00+07:00"})
    lab.token = (await lab.refresh())["access_token"]
    first = await citizen(lab, "0905000001")
    await lab.control("clock", {"now": "2026-03-02T09:00:00+07:00"})
    second = await citizen(lab, "0905000002")
    third = (await lab.control("phones", {"phone": "0905000003", "follows": True}))["user_id"]
    await lab.control("phones", {"phone": "0905000004"})  # never spoke, does not follow: no user of the account
    await tell(lab, "/v2.0/oa/tag/tagfollower", user_id=second, tag_name="đã nộp")
    assert await listed(lab) == [first, second, third]
    assert await listed(lab, last_interaction_period="TODAY") == [second, third]
    assert await listed(lab, last_interaction_period="YESTERDAY") == [first]
    assert await listed(lab, last_interaction_period="L7D") == [first, second, third]
    assert await listed(lab, last_interaction_period="2026_02_01:2026_03_01") == [first]
    assert await listed(lab, is_follower=True) == [third]
    assert await listed(lab, is_follower="false") == [first, second]
    assert await listed(lab, tag_name="đã nộp") == [second]
    assert await listed(lab, tag_name="đã nộp", is_follower=True) == []
    assert await listed(lab, tag_name="") == [first, second, third]
    page = (await ask(lab, "/v3.0/oa/user/getlist", offset=1, count=1))["data"]
    assert page == {"total": 3, "count": 1, "offset": 1, "users": [{"user_id": second}]}
    older = (await ask(lab, "/v2.0/oa/getfollowers", offset=0, count=5, tag_name=""))["data"]
    assert older == {"total": 1, "followers": [{"user_id": third}]}
    assert (await lab.platform("GET", "/v2.0/oa/getoa"))["data"]["num_follower"] == 1
    assert await lab.see("violations") == []


@pytest.mark.provokes_violations
@pytest.mark.parametrize("path", ["/v3.0/oa/user/getlist", "/v2.0/oa/getfollowers"])
@pytest.mark.parametrize(
    ("changes", "code"),
    [({"offset": -1}, -210), ({"offset": 9952}, -210), ({"count": 0}, -210), ({"count": 51}, -210),
     ({"count": None}, -201), ({"offset": "x"}, -201), ({"count": True}, -201), ({"count": 1.5}, -201),
     ({"tag_name": ["x"]}, -201), ({"tag_name": 5}, -201)],
)  # fmt: skip
async def test_a_page_outside_the_limits_is_refused(lab: Any, path: str, changes: dict[str, Any], code: int) -> None:
    assert (await ask(lab, path, **{"offset": 0, "count": 50, **changes}))["error"] == code


@pytest.mark.provokes_violations
@pytest.mark.parametrize("changes", [{"last_interaction_period": "L8D"}, {"is_follower": "yes"}, {"is_follower": []}])
async def test_a_filter_that_is_none_is_refused(lab: Any, changes: dict[str, Any]) -> None:
    assert (await ask(lab, "/v3.0/oa/user/getlist", **{"offset": 0, "count": 50, **changes}))["error"] == -201


@pytest.mark.provokes_violations("count", "offset")
async def test_numbers_in_quotes_pass_with_a_remark(lab: Any) -> None:
    assert (await ask(lab, "/v3.0/oa/user/getlist", offset="0", count="5"))["error"] == 0
    assert [(each["rule"], each["code"]) for each in await lab.see("violations")] == [("offset", None), ("count", None)]


async def test_tags_are_given_and_taken_and_the_webhook_hears_of_it(lab: Any) -> None:
    first, second = await citizen(lab, "0905000001"), await citizen(lab, "0905000002")
    for user in (first, second, second):
        assert (await tell(lab, "/v2.0/oa/tag/tagfollower", user_id=user, tag_name="đã nộp"))["error"] == 0
    added = await lab.receiver.wait("add_user_to_tag", 2)
    assert sorted(event["tag"]["user_ids"][0] for event in added) == sorted([first, second])
    assert (await lab.platform("GET", "/v2.0/oa/tag/gettagsofoa"))["data"] == ["đã nộp"]
    assert (await detail(lab, first))["tags_and_notes_info"]["tag_names"] == ["đã nộp"]
    assert (await tell(lab, "/v2.0/oa/tag/rmfollowerfromtag", user_id=second, tag_name="đã nộp"))["error"] == 0
    (removed,) = await lab.receiver.wait("remove_user_from_tag")
    assert (removed["tag"], removed["oa_id"]) == ({"user_ids": [second], "name": "đã nộp"}, added[0]["oa_id"])
    assert (await tell(lab, "/v2.0/oa/tag/rmtag", tag_name="đã nộp"))["error"] == 0
    (gone,) = await lab.receiver.wait("remove_tag")
    assert gone["tag"] == {"user_ids": [first], "name": "đã nộp"}
    assert (await lab.platform("GET", "/v2.0/oa/tag/gettagsofoa"))["data"] == []
    assert len(lab.receiver.events("add_user_to_tag")) == 2
    assert await lab.see("violations") == []


@pytest.mark.provokes_violations
@pytest.mark.parametrize(
    ("call", "body", "code"),
    [("tagfollower", {"user_id": "1", "tag_name": "x"}, -201), ("tagfollower", {"tag_name": "x"}, -201),
     ("tagfollower", {"user_id": "me"}, -201), ("tagfollower", {"user_id": "me", "tag_name": "x" * 101}, -210),
     ("rmfollowerfromtag", {"user_id": "me", "tag_name": "x"}, -201), ("rmtag", {"tag_name": "x"}, -201),
     ("rmtag", {"tag_name": " "}, -201), ("rmtag", [], -201)],
)  # fmt: skip
async def test_a_tag_request_that_is_none_is_refused(lab: Any, call: str, body: Any, code: int) -> None:
    user = await citizen(lab)
    if isinstance(body, dict) and body.get("user_id") == "me":
        body = {**body, "user_id": user}
    assert (await lab.platform("POST", f"/v2.0/oa/tag/{call}", json=body))["error"] == code


async def test_profiles_uploads_and_articles_are_there_after_a_restart(make_lab: Any, tmp_path: Any) -> None:
    lab = await make_lab(webhook=False, state_file=tmp_path / "state.json")
    user = await citizen(lab)
    await tell(lab, "/v2.0/oa/tag/tagfollower", user_id=user, tag_name="đã nộp")
    await tell(lab, "/v3.0/oa/user/update", user_id=user, alias="Ông A", **INFO)
    before = await detail(lab, user)
    lab.token = (await lab.refresh())["access_token"]  # saves at once
    again = await make_lab(webhook=False, state_file=tmp_path / "state.json")
    again.token = lab.token
    after = await detail(again, user)
    assert {**after, "avatar": "", "avatars": {}} == {**before, "avatar": "", "avatars": {}}
