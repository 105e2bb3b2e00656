"""What holds for every view: who is let in, where forms come from, and the headers."""

import re

import pytest

from console.app import all_views
from console.permissions import Permission
from tests.office import Office

_PLACE = re.compile(r"\{(\w+)(:(?:[^{}]|\{[^}]*\})*)?\}")


def path_of(path: str) -> str:
    """An address of a view with something in each of its places; a digit where only such are taken."""
    return "/console" + _PLACE.sub(lambda place: "1" if place[2] else "x1", path)


async def test_nobody_without_a_session_sees_a_view_that_needs_one(office: Office) -> None:
    client = await office.stranger()
    for view in all_views():
        if view.permission is Permission.NOBODY or view.method != "GET":
            continue
        async with client.get(office.url(path_of(view.path)), allow_redirects=False) as response:
            assert response.status == 303, view.path
            assert response.headers["Location"].startswith("/console/sign-in"), view.path


async def test_no_action_is_taken_without_the_form_s_token(office: Office) -> None:
    lan = await office.sign_in(
        "lan", ("*", "author"), ("*", "approver"), ("*", "administrator"), name="Nguyễn Thị Minh Châu"
    )
    for view in all_views():
        if view.method == "POST" and view.stage == "full":
            assert (await lan.post(path_of(view.path), token="wrong")).status in (400, 415), view.path


async def test_what_is_not_there_is_a_page_with_all_headers(office: Office) -> None:
    lan = await office.sign_in("lan", ("*", "viewer"))
    answer = await lan.get("/console/nowhere")
    assert answer.status == 404
    assert "Không có mục này" in answer.text
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_a_form_from_another_site_is_refused(office: Office, site: str) -> None:
    lan = await office.sign_in("lan", ("*", "viewer"))
    headers = {"Sec-Fetch-Site": site}
    async with lan.client.post(office.url("/console/sign-out"), data={"csrf": lan.csrf}, headers=headers) as response:
        assert response.status in (400, 404)
