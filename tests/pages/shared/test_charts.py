"""Charts are drawn once for a run, and sent from then on as they were kept."""

import pytest

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
