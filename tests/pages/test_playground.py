"""The Playground's script under AppTest: default page, links, other data."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

MAIN = Path(__file__).resolve().parents[2] / "pages" / "main.py"


def open_page(**query):
    page = AppTest.from_file(str(MAIN), default_timeout=30)
    for name, value in query.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def test_the_default_page_shows_the_noisy_sine():
    page = open_page()
    assert page.sidebar.selectbox[0].value == "sine"
    assert page.query_params["noise_std"] == "0.3"


@pytest.mark.parametrize("data", ["xor", "spiral3", "digits", "diabetes", "wine"])
def test_other_data_opens_from_a_link(data):
    assert open_page(data=data, l2="0.01").query_params["l2"] == "0.01"


@pytest.mark.parametrize(
    "query",
    [
        {"l1": "NaN"}, {"l1": "1e999"}, {"l1": "true"}, {"l1": "-1"}, {"nonsense": "1"}, {"l1": "[" * 100_000},
        {"hidden_sizes": "[[[[8]]]]"},
    ],
    ids=lambda query: next(iter(query)) + "=" + next(iter(query.values()))[:8],
)  # fmt: skip
def test_a_bad_link_gives_a_sentence_and_the_defaults(query):
    page = open_page(**query)
    assert len(page.warning) == 1
    assert "link" in page.warning[0].value


def test_a_link_keeps_its_batch_size_and_its_layers():
    query = open_page(data="xor", batch_size="7", hidden_sizes="5-4-3").query_params
    assert (query["batch_size"], query["hidden_sizes"]) == ("7", "5-4-3")
