"""The charts of lessons say what they show in messages; those of pages are looked at with their runs (`test_bindings.py`)."""

import numpy as np
import pytest

from core.figures.labels import plot_labels
from core.figures.series import plot_series
from core.words import PSEUDO, in_language, say
from tests.pseudo import plain_texts

SERIES = {name: np.ones(2) for name in ("series_train", "series_val", "series_gap")} | {"series_lines": np.ones(6)}
LABELS = {name: np.ones(3) for name in ("label_epoch", "label_right", "label_wrong", "label_val")}


@pytest.mark.parametrize("figure", [plot_series(SERIES, [say("one"), say("two")]), plot_labels(LABELS)])
def test_every_text_of_a_lesson_s_chart_is_a_message(figure):
    shown = in_language(
        {"data": [*figure.to_plotly_json()["data"]], "layout": figure.to_plotly_json()["layout"]}, PSEUDO
    )
    assert list(plain_texts(shown)) == []
    assert "⟦" in str(shown["layout"]["meta"]["title"])
