"""What a phone that stands for many people is told: code and state only."""

import tomllib
import unicodedata
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

import status_bridge
from dossiers.status import Notice
from status_bridge.composition import LANGUAGES, ComposedNotice, Composer, CompositionConfig, CompositionError
from tests.unit.status_bridge.samples import CODE, event

FOLDER = Path(status_bridge.__file__).parent / "templates"
PLATFORM = tomllib.loads((FOLDER / "platform.toml").read_text(encoding="utf-8"))
CONFIG = CompositionConfig(sensitive_procedures=(), hotline="1022", zone=ZoneInfo("Asia/Ho_Chi_Minh"))
COMPOSER = Composer(CONFIG)
EVERY = [(language, notice) for language in LANGUAGES for notice in Notice]
STATUS_OF = dict(zip(Notice, (1, 2, 3, 5, 9, 7, 6, 8, 10), strict=True))
TELLING: dict[str, Any] = {
    "procedure_name": "Đăng ký khai sinh",
    "agency": {"code": "H17.33.2", "name": "UBND phường Hải Châu"},
    "due_at": "2026-03-05T17:00:00+07:00",
    "reason": "Thiếu chữ ký",
    "supplement": {"items": ["Giấy khai sinh"], "deadline": "2026-03-10T17:00:00+07:00"},
    "result": {"place": "Quầy số 3", "hours": "07:30-11:30", "bring": ["Căn cước"], "postal": False},
}
SECRETS = ("khai sinh", "Hải Châu", "chữ ký", "Giấy khai", "Quầy", "07:30", "Căn cước", "03/2026", "2026", "Minh Châu")


def _compose(notice: Notice, language: str, **data: Any) -> ComposedNotice:
    return COMPOSER.compose(
        notice,
        event(STATUS_OF[notice], **TELLING | data),
        follows=Notice.SUPPLEMENT,
        language=language,
        known={"procedure_name": "Đăng ký khai sinh", "agency_name": "UBND phường Hải Châu"},
        is_minimal=True,
    )


@pytest.mark.parametrize(("language", "notice"), EVERY)
def test_it_names_the_code_and_nothing_else_of_the_dossier(language: str, notice: Notice) -> None:
    said = _compose(notice, language)
    whole = "\n".join([said.text, *said.params.values()])
    assert CODE in said.text
    assert said.params["ma_ho_so"] == CODE
    for secret in SECRETS:
        assert secret not in whole.replace(CODE, ""), secret


@pytest.mark.parametrize(("language", "notice"), EVERY)
def test_the_platform_takes_it(language: str, notice: Notice) -> None:
    params = _compose(notice, language).params
    assert params.keys() == PLATFORM[notice].keys()
    for name, rule in PLATFORM[notice].items():
        assert 0 < len(unicodedata.normalize("NFC", params[name])) <= rule["max"], name


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_state_is_told_in_words_of_its_own(language: str) -> None:
    first_lines = {_compose(notice, language).text.splitlines()[0] for notice in Notice}
    assert len(first_lines) == len(Notice)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_stop_that_is_told_as_a_refusal_does_not_say_that_nothing_was_accepted(language: str) -> None:
    stopped = COMPOSER.compose(
        Notice.REFUSED, event(8, reason="r"), follows=None, language=language, known={}, is_minimal=True
    )
    assert stopped.text.splitlines()[0] != _compose(Notice.REFUSED, language).text.splitlines()[0]


def test_it_is_marked_so_that_nothing_made_of_it_later_says_more() -> None:
    assert _compose(Notice.FINISHED, "vi").as_content()["minimal"] is True
    full = COMPOSER.compose(Notice.FINISHED, event(9), follows=None, language="vi", known={})
    assert "minimal" not in full.as_content()


def _folder(tmp_path: Path, minimal: str | None) -> Path:
    for source in FOLDER.rglob("*.toml"):
        copy = tmp_path / source.relative_to(FOLDER)
        copy.parent.mkdir(exist_ok=True)
        if source.name == "minimal.toml" and minimal is None:
            continue
        copy.write_text(minimal if source.name == "minimal.toml" and minimal else source.read_text(encoding="utf-8"))
    return tmp_path


def test_a_folder_of_texts_without_them_has_ours(tmp_path: Path) -> None:
    composer = Composer(CONFIG, _folder(tmp_path, None))
    said = composer.compose(Notice.FINISHED, event(9), follows=None, language="vi", known={}, is_minimal=True)
    assert said == _compose(Notice.FINISHED, "vi")


def test_a_missing_state_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(CompositionError, match=r"minimal\.toml"):
        Composer(CONFIG, _folder(tmp_path, "text = '{{ code }}'\n[states]\n[params]\n"))
