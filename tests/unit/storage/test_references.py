"""Identities that are computed: the same input gives the same, on every machine and after every restart."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.events import event_key
from storage.notices import notice_id, notice_of_tracking_id, tracking_id

MAX_TRACKING_CHARS = 48  # docs: zalo 4


def test_an_events_key_never_changes_between_releases() -> None:
    assert event_key("motcua.danang", "evt-0001") == uuid.UUID("2e739dcd-804e-54c9-a7c9-7334ef73c98e")


@pytest.mark.parametrize(
    ("one", "other"),
    [(("a", "bc"), ("ab", "c")), (('a"', "b"), ("a", '"b')), (("", "a"), ("a", "")), (("á", "1"), ("a", "1"))],
)
def test_source_and_id_do_not_run_into_each_other(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert event_key(*one) != event_key(*other)


@given(st.uuids())
def test_a_tracking_id_leads_back_to_its_notice_and_fits_the_platform(notice: uuid.UUID) -> None:
    reference = tracking_id(notice)
    assert notice_of_tracking_id(reference) == notice
    assert len(reference) <= MAX_TRACKING_CHARS
    assert reference.isascii()


@pytest.mark.parametrize("reference", [None, "", "n-", "n-123", "x-" + "0" * 32, "n-" + "g" * 32, "n-" + "0" * 33])
def test_a_foreign_reference_leads_nowhere(reference: str | None) -> None:
    assert notice_of_tracking_id(reference) is None


@given(st.text())
def test_no_reference_makes_it_fail(reference: str) -> None:
    notice_of_tracking_id("n-" + reference)


def test_one_event_makes_one_notice_per_recipient() -> None:
    key = event_key("motcua.danang", "evt-0001")
    assert notice_id(key) == notice_id(key) == notice_id(key, "owner")
    assert notice_id(key) != notice_id(key, "agent")
    assert notice_id(key) != notice_id(event_key("motcua.danang", "evt-0002"))
