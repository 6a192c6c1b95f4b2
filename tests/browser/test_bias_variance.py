"""The Bias & variance page in a real browser: λ and the training set are picked from memory; nothing jumps; a phone."""

from urllib.parse import urlencode

import pytest

from core.studies.bias_variance.decomposition import MOONS, TASK
from tests.browser.conftest import LAPTOP, PHONE, figure, pause, press, wait_for

SHORT = urlencode(TASK.replace(n_epochs=60).to_query())
LONG = urlencode(TASK.replace(n_epochs=30_000).to_query())  # does not end during a test
RUN_ON = "[...document.querySelectorAll('.lab-button')].some((b) => b.textContent === 'Run on')"
RESTS = "!overfitLab.isBehind()"


def trained(open_page, address, query=SHORT, *more, **options):
    page = open_page(f"{address}/bias_variance?{query}", *more, **options)
    press(page, "Run")
    wait_for(page, RUN_ON)
    return page


def numbers(page, trace, attribute="y"):
    return page.evaluate(f"[...{figure('bundle')}.data.find((t) => t.name === '{trace}').{attribute}]")


def test_lambda_and_the_training_set_are_picked_from_memory(address, open_page):
    page = trained(open_page, address)
    sent = page.evaluate("window.overfitLab.sent")
    slider = page.get_by_role("slider", name="Strength λ")
    slider.focus()
    page.keyboard.press("Home")
    wait_for(page, f"overfitLab.picked.value === 0 && {RESTS}")
    wild = numbers(page, "mean of all")
    page.keyboard.press("End")
    wait_for(page, f"overfitLab.picked.value > 1 && {RESTS}")
    calm = numbers(page, "mean of all")
    assert max(calm) - min(calm) < max(wild) - min(wild)
    first = numbers(page, "points of this set", "x")
    page.get_by_role("slider", name="Redraw: training set").focus()
    page.keyboard.press("ArrowRight")
    wait_for(page, f"overfitLab.picked.set === 1 && {RESTS}")
    second = numbers(page, "points of this set", "x")
    assert len(first) == len(second) == 20 and not set(first) & set(second)
    assert page.evaluate("window.overfitLab.sent") == sent


def test_redraw_draws_all_sets_anew(address, open_page):
    page = trained(open_page, address)
    before = numbers(page, "points of this set", "x")
    page.get_by_role("button", name="Redraw the data").click()
    page.wait_for_url("**data_seed=10**")
    wait_for(page, f"{figure('bundle')}?.data && overfitLab.lastEpoch === 0")
    wait_for(page, f"{figure('bundle')}.data.at(-1).x[0] !== {before[0]}")
    assert not set(numbers(page, "points of this set", "x")) & set(before)


def test_the_page_does_not_jump_while_it_trains(address, open_page):
    parts = "[...document.querySelectorAll('.lab-stage > *, .lab-chart')]"
    places = f"JSON.stringify({parts}.map((e) => [e.offsetTop, e.offsetHeight]))"
    page = open_page(f"{address}/bias_variance?{LONG}", LAPTOP)
    before = page.evaluate(places)
    press(page, "Run")
    wait_for(page, "overfitLab.lastEpoch > 100")
    assert page.evaluate(places) == before
    pause(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_boundaries_fit_a_phone(address, open_page, scheme):
    query = urlencode(MOONS.replace(n_epochs=30, n_sets=3).to_query())
    page = trained(open_page, address, query, PHONE, color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    wait_for(page, f"{figure('bundle')}.data.find((t) => t.name === 'every network').x.length > 50")
