import re
from pathlib import Path

import pytest

from console.words import LANGUAGES, all_words, translator

CONSOLE = Path(__file__).parents[3] / "console"
PLACE = re.compile(r"\{(\w+)\}")
USE = re.compile(r"""\bt\(\s*["']([a-z_]+(?:\.[a-z0-9_]+)+)["']\s*[,)]""")


def test_every_text_has_both_languages_with_the_same_places() -> None:
    for key, texts in all_words().items():
        assert set(texts) == set(LANGUAGES), key
        if "placeholder" not in key:  # those show how one is written, in each language by another word
            assert set(PLACE.findall(texts["vi"])) == set(PLACE.findall(texts["en"])), key


def test_every_text_that_a_template_asks_for_is_there() -> None:
    words = all_words()
    asked = {
        (path.name, key)
        for path in CONSOLE.rglob("*.j2")
        for key in USE.findall(path.read_text(encoding="utf-8"))
        if not key.endswith(".")
    }
    assert len(asked) > 20
    assert sorted(one for one in asked if one[1] not in words) == []


def test_texts_are_vietnamese_in_composed_letters() -> None:
    import unicodedata

    for key, texts in all_words().items():
        assert unicodedata.is_normalized("NFC", texts["vi"]), key


def test_a_missing_text_or_value_is_an_error(tmp_path: Path) -> None:
    t = translator("vi")
    with pytest.raises(KeyError):
        t("shell.nothing_like_this")
    with pytest.raises(KeyError):
        t("design.chart.peak", title="x")
    (tmp_path / "half.toml").write_text('[a]\nvi = "một"\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"half\.a needs exactly"):
        all_words(tmp_path)
