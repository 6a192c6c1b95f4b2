"""What opening a page computes: rows once, each chart once, and none of Plotly's checks of every single point."""

import json
from collections import Counter

import plotly.graph_objects as go
import pytest
from _plotly_utils.basevalidators import ColorValidator

from core.figures import theme
from core.live import making
from tests.pages.app import close, open_link
from tests.pages.shared.test_say import PAGES

MOST_COLORS = 400  # that are mixed or looked at by Plotly; there were 5,000 on Compare, and 100 ms


@pytest.mark.parametrize("script", PAGES)
def test_opening_a_page_draws_each_chart_once_and_checks_no_point(script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: Counter[str] = Counter()

    def count(owner: object, name: str) -> None:
        original = getattr(owner, name)

        def counted(*args, **kwargs):
            calls[name] += 1
            return original(*args, **kwargs)

        monkeypatch.setattr(owner, name, staticmethod(counted) if isinstance(owner, type) else counted)

    for owner, name in ((theme, "rgb"), (ColorValidator, "perform_validate_coerce"), (making, "load_split")):
        count(owner, name)
    making.shared_split.cache_clear()
    page = open_link(script, PAGES[script].to_query())
    assert calls["rgb"] + calls["perform_validate_coerce"] <= MOST_COLORS, calls
    assert calls["load_split"] <= 1
    assert page.get("bidi_component")
    close(page)


@pytest.mark.parametrize("script", PAGES)
def test_every_figure_of_a_page_passes_plotlys_own_check(script: str) -> None:
    page = open_link(script, PAGES[script].to_query())
    figures = json.loads(page.get("bidi_component")[0].proto.json)["figures"]
    assert figures
    for figure in figures:
        go.Figure(data=figure["data"], layout=figure["layout"])  # raises ValueError
    close(page)
