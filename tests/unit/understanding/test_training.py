"""Training is deterministic, and a file of another shape is refused."""

import random

import pytest

from bot.understanding.augment import variants
from bot.understanding.corpus import Utterance
from bot.understanding.cross import best_temperature, cross_validate
from bot.understanding.features import name_features
from bot.understanding.fit import Recipe, fit
from bot.understanding.meaning import LABELS, Label
from bot.understanding.model import pack, unpack
from bot.understanding.normalise import read
from dossiers.text import fold

SMALL = Recipe(passes=4, hasty_forms=1, members=2)
FEW = [
    Utterance(f"{opening} {text}", label)
    for opening in ("", "dạ", "cho hỏi", "em ơi", "alo")
    for text, label in (
        ("hồ sơ tới đâu rồi", Label.DOSSIER_STATUS),
        ("phí bao nhiêu tiền", Label.FEE),
        ("phường mấy giờ mở cửa", Label.WHERE_WHEN),
    )
]


def packed(utterances: list[Utterance]) -> bytes:
    weights = fit(utterances, SMALL)
    return pack(weights.rows, weights.squared_rarity, {"temperature": 0.2, "caution": 0.0})


def test_the_same_utterances_give_the_same_model() -> None:
    assert packed(FEW) == packed(FEW)


def test_a_packed_model_answers_as_the_weights_do() -> None:
    model = unpack(packed(FEW))
    for text, label in (
        ("ho so den dau", Label.DOSSIER_STATUS),
        ("bao nhieu tien", Label.FEE),
        ("mo cua", Label.WHERE_WHEN),
    ):
        shares = model.shares(name_features(read(text)))
        assert max(shares, key=shares.__getitem__) is label
        assert sum(shares.values()) == pytest.approx(1)


def test_a_message_of_unknown_words_scores_nothing() -> None:
    assert unpack(packed(FEW)).scores(["wnever seen"]) == [0.0] * len(LABELS)


def test_a_model_of_another_shape_is_refused() -> None:
    whole = packed(FEW)
    with pytest.raises(ValueError, match="train"):
        unpack(whole.replace(b'"fee"', b'"tax"', 1))


def test_cross_validation_asks_everything_once_in_both_forms() -> None:
    held = cross_validate(FEW, SMALL)
    assert len(held) == 2 * len(FEW)
    assert sum(one.answer is one.utterance.label for one in held) > len(FEW)
    assert 0 < best_temperature(held) <= 1


def test_hasty_forms_begin_without_accents_and_repeat_by_the_seed() -> None:
    text = "Hồ sơ của em tới đâu rồi"
    forms = list(variants(text, "dossier_status", random.Random(1), 5))
    assert forms[0] == fold(text)
    assert len(forms) == 6
    assert forms == list(variants(text, "dossier_status", random.Random(1), 5))
