"""Charts are drawn once for a run, and sent from then on as they were kept."""

import base64
import json
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
from plotly.io.json import to_json_plotly

from core.words import PSEUDO, in_language
from pages.shared import charts
from tests.pages.app import close, open_link, run
from tests.pages.shared.test_say import PAGES


@pytest.mark.parametrize("script", PAGES)
def test_a_page_draws_its_charts_once_and_writes_them_as_json_once(
    script: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    written, chart_of = [], charts.chart_of

    def count(figure):
        written.append(figure.layout.meta["name"])
        return chart_of(figure)

    monkeypatch.setattr(charts, "chart_of", count)
    page = open_link(script, PAGES[script].to_query())
    assert written and len(set(written)) == len(written)
    n_charts = len(written)
    for _ in range(3):
        run(page)
    assert len(written) == n_charts and not page.exception
    close(page)


def unpacked(value: Any) -> Any:
    """Return JSON of a chart with packed numbers as lists."""
    if isinstance(value, dict) and "bdata" in value:
        array = np.frombuffer(base64.b64decode(value["bdata"]), value["dtype"])
        shape = [int(n) for n in value["shape"].split(",")] if "shape" in value else [-1]
        return unpacked(array.reshape(shape).tolist())
    if isinstance(value, dict):
        return {key: unpacked(item) for key, item in value.items()}
    if isinstance(value, list):
        return [unpacked(item) for item in value]
    return None if value != value else value  # JSON has no nan


@pytest.mark.parametrize("script", PAGES)
def test_a_chart_is_what_plotly_writes_of_the_figure(script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pairs, chart_of = [], charts.chart_of

    def both(figure: go.Figure) -> charts.Chart:
        chart = chart_of(figure)
        theirs = json.loads(to_json_plotly(in_language(figure.to_plotly_json(), PSEUDO)))
        theirs["layout"].pop("template", None)
        pairs.append((chart, theirs))
        return chart

    monkeypatch.setattr(charts, "chart_of", both)
    close(open_link(script, {**PAGES[script].to_query(), "lang": PSEUDO}))
    assert pairs
    for ours, theirs in pairs:
        json.dumps(ours, allow_nan=False)
        assert unpacked(ours) == unpacked(theirs)
