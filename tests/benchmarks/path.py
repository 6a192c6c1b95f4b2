"""The λ path in the browser: how soon the first picture and the whole path are drawn, and how closely it follows a finger.

Two cores are shared by server and browser. The viewport is high enough for every chart of the chosen λ to be in view.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator

from playwright.sync_api import Page

from tests.benchmarks.browser import REPEATS, SCRUB, at_least, at_most, chromium, open_page
from tests.benchmarks.table import Row
from tests.browser.conftest import serving, wait_for

PATH = "/path?data=sine&noise_std=0.3&hidden_sizes=64-64&n_epochs=2000"
DONE = "overfitLab.shownEpoch >= 2000"
# Milliseconds from the press of Run until every λ has a loss of a trained network on the chart.
FIRST = """() => new Promise((done) => {
  const began = performance.now(), from = overfitLab.draws;
  document.querySelector('.lab-primary').click();
  const isDrawn = () => overfitLab.draws > from && overfitLab.shownEpoch > 0;
  const look = () => isDrawn() ? done(performance.now() - began) : requestAnimationFrame(look);
  look();
})"""
# The longest time in ms in which the page could not draw a frame, in a window of `span` ms.
STALL = """(span) => new Promise((done) => {
  const began = performance.now();
  let last = began, longest = 0;
  const look = (now) => {
    longest = Math.max(longest, now - last);
    last = now;
    if (now - began < span) requestAnimationFrame(look); else done(longest);
  };
  requestAnimationFrame(look);
})"""


def rows() -> Iterator[Row]:
    """Measure one path from its start to its end, then scrub it."""
    with chromium() as browser, serving("app.py") as server:
        open_page(browser, server.address + PATH).context.close()  # the first request warms the server
        page = open_page(browser, server.address + PATH)
        yield at_most("Start → first picture of a whole path, 34 λ", first_picture(page), 1000)
        yield from training(page)
        wait_for(page, DONE)
        yield from scrubbing(page)
        page.context.close()


def first_picture(page: Page) -> float:
    times = []
    for _ in range(REPEATS):
        times.append(page.evaluate(FIRST))
        page.get_by_role("button", name="Reset", exact=True).click()
        wait_for(page, "overfitLab.shownEpoch === 0 && document.querySelector('.lab-primary').textContent === 'Run'")
    return statistics.median(times)


def training(page: Page) -> Iterator[Row]:
    """From Run to the drawing of the last epoch of every λ, with what the page does meanwhile."""
    began = time.perf_counter()
    page.evaluate(FIRST)
    stall = page.evaluate(STALL, 2000)
    draws = page.evaluate("overfitLab.draws")
    watched = time.perf_counter()
    wait_for(page, DONE, 120_000)
    ended = time.perf_counter()
    rate = (page.evaluate("overfitLab.draws") - draws) / (ended - watched)
    yield at_most("1-D sine, 64-64, full batch, 34 λ, 2,000 epochs, trained and drawn", 1000 * (ended - began), 10_000)
    yield at_most("longest pause between two frames while it trains", stall, 250)
    yield at_least("drawn updates of the whole path while it trains", rate, 3, "/s")


def scrubbing(page: Page) -> Iterator[Row]:
    page.evaluate(SCRUB)
    times = sorted(ms for _ in range(REPEATS) for ms in page.evaluate(SCRUB))
    yield at_most("λ path scrubbed → painted, every chart of the chosen λ, p50", statistics.median(times), 35)
    yield at_most("the same, p95", times[int(0.95 * len(times))], 50)
