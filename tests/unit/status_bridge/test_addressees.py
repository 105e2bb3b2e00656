"""Which of a dossier's people a notice is for."""

import pytest

from status_bridge.choices import Role
from status_bridge.people import Addressee, Contact, choose_addressees

A, B = "84905000001", "84905000002"
APPLICANT, OWNER, SUBMITTER, AUTHORISED = Role
ALL = tuple(Role)
MAIL = "a@example.org"


def _choose(
    *contacts: tuple[Role, Contact], notify: tuple[Role, ...] = ALL, by_email: bool = False
) -> list[tuple[Role, str | None, str | None]]:
    chosen = choose_addressees(dict(contacts), notify, by_email=by_email)
    return [(one.role, one.phone, one.email) for one in chosen]


def test_each_phone_is_told_once_and_the_first_role_has_it() -> None:
    told = _choose((OWNER, Contact(phone=A)), (APPLICANT, Contact(phone=A)), (SUBMITTER, Contact(phone=B)))
    assert told == [(APPLICANT, A, None), (SUBMITTER, B, None)]
    assert _choose((OWNER, Contact(phone=A)), (APPLICANT, Contact(phone=A)), notify=(OWNER, APPLICANT)) == [
        (OWNER, A, None)
    ]


@pytest.mark.parametrize("role", ALL)
def test_only_the_roles_of_the_setting_are_told(role: Role) -> None:
    everybody = [(other, Contact(phone=f"8490500000{place}")) for place, other in enumerate(ALL)]
    assert [one[0] for one in _choose(*everybody, notify=(role,))] == [role]
    assert [one[0] for one in _choose(*everybody)] == list(ALL)


@pytest.mark.parametrize("contacts", [[], [(APPLICANT, Contact(name="Bình"))], [(OWNER, Contact(phone=A))]])
def test_when_nobody_can_be_reached_the_first_role_stands_for_all(contacts: list[tuple[Role, Contact]]) -> None:
    assert _choose(*contacts, notify=(APPLICANT,)) == [(APPLICANT, None, None)]


def test_somebody_without_a_phone_is_left_out_when_another_has_one() -> None:
    assert _choose((APPLICANT, Contact(email=MAIL)), (OWNER, Contact(phone=A))) == [(OWNER, A, None)]


def test_an_address_reaches_those_without_a_phone_where_mail_is_set_up() -> None:
    people = (APPLICANT, Contact(email=MAIL)), (OWNER, Contact(phone=A))
    assert _choose(*people, by_email=True) == [(APPLICANT, None, MAIL), (OWNER, A, None)]
    assert _choose(people[0], by_email=False) == [(APPLICANT, None, MAIL)], "kept for the officers' list"


def test_one_address_is_written_to_once() -> None:
    same = Contact(email=MAIL)
    assert _choose((APPLICANT, same), (OWNER, same), by_email=True) == [(APPLICANT, None, MAIL)]
    assert _choose((APPLICANT, same), (OWNER, Contact(phone=A, email=MAIL)), by_email=True) == [(OWNER, A, MAIL)]


@pytest.mark.parametrize("text", ["", "không có", "a@", "a@b", "@example.org", "a b@example.org"])
def test_what_is_no_address_reaches_nobody(text: str) -> None:
    chosen = choose_addressees({APPLICANT: Contact(email=text)}, (APPLICANT,), by_email=True)
    assert chosen == [Addressee(APPLICANT, None, None)]
