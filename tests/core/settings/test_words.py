"""What is too long for a sentence is cut after a whole word, and says so."""

import re
from pathlib import Path

import pytest

from core.settings.experiment import Experiment, read_setting
from core.settings.words import shortened, written
from core.studies.compare.variants import VARIANTS

CORE = Path(__file__).resolve().parents[3] / "core"


@pytest.mark.parametrize(
    "text, limit, expected",
    [
        ("short", 5, "short"),
        ("none,l1_proximal,elastic_net", 24, "none,l1_proximal,…"),
        ("one two three", 10, "one two …"),
        ("a" * 50, 10, "a" * 9 + "…"),
        ("x " + "a" * 50, 20, "x " + "a" * 17 + "…"),  # a word that fills the room is cut, and says so
    ],
)
def test_a_cut_ends_in_an_ellipsis_after_a_whole_word(text, limit, expected):
    assert shortened(text, limit) == expected and len(expected) <= limit


def test_a_text_keeps_its_quotes():
    assert written("a" * 9, 5) == "'aaaa…'"
    assert written(list(range(100)), 12) == "[0, 1, 2, …"
    assert written(3) == "3"


def test_no_word_of_ours_is_cut_in_an_error():
    every = tuple(variant.key for variant in VARIANTS)[:7]
    with pytest.raises(ValueError) as caught:
        read_setting(Experiment(), "variants", every)  # one more than there may be
    assert str(caught.value).endswith(f"received '{','.join(every)}'.")


def test_nothing_is_cut_without_saying_so():
    """Python's own ways to cut a value in a sentence leave no mark."""
    silent = re.compile(r"![rsa]:\.\d+\}|\{\w+\[:\d+\]\}")
    found = [path.name for path in CORE.rglob("*.py") if silent.search(path.read_text(encoding="utf-8"))]
    assert found == []
