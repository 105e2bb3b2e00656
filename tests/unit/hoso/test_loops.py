"""Our processes run on uvloop where it is installed."""

import sys

import pytest
import uvloop

from hoso.loops import choose_loop


def test_uvloop_is_taken_where_there_is_one() -> None:
    assert choose_loop() is uvloop.new_event_loop


def test_without_uvloop_python_chooses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvloop", None)
    assert choose_loop() is None
