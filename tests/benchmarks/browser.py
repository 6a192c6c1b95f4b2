"""Speed as a reader feels it: the real app in Chromium, server and browser on the same cores. Medians of five.

The viewport is high enough for every chart to be in view: what is out of view is not drawn and would cost nothing. Only
the bytes of a first visit are those of a laptop.
"""

from __future__ import annotations

import os
import shutil
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright

from tests.benchmarks.table import Row
from tests.browser.conftest import FLAGS, LAPTOP, TIMEOUT_MS, serving, unfold, wait_for

REPEATS = 5
WINDOW_MS = 2000
VIEW = {"width": 1280, "height": 1400}
READY = "window.overfitLab && overfitLab.draws > 0"
BUILT = READY + " && [...document.querySelectorAll('.lab-plot')].every((plot) => plot.querySelector('.main-svg'))"
LONG = "?n_epochs=1000000"  # longer than any measurement
TOY = LONG + "&data=xor&n_train=250&hidden_sizes=8-8&batch_size=10"

# Each returns a promise: milliseconds, or what a window of time has seen.
PRESS_RUN = """() => new Promise((done) => {
  const began = performance.now(), from = overfitLab.draws;
  [...document.querySelectorAll('.lab-primary')][0].click();
  const look = () => overfitLab.draws > from && overfitLab.shownEpoch > 0
    ? done(performance.now() - began) : requestAnimationFrame(look);
  look();
})"""
MOVE_L2 = """(position) => new Promise((done) => {
  const range = document.querySelector('[data-control=l2] input[type=range]');
  const began = performance.now(), before = overfitLab.lastEpoch;
  range.value = position;
  range.dispatchEvent(new Event('input', {bubbles: true}));
  const field = document.querySelector('[data-control=l2] input[type=number]');
  const look = () => overfitLab.strengths.l2 === Number(field.value) && overfitLab.lastEpoch > before
    ? done(performance.now() - began) : requestAnimationFrame(look);
  look();
})"""
WATCH = """(span) => new Promise((done) => {
  const [began, draws, epoch] = [performance.now(), overfitLab.draws, overfitLab.lastEpoch];
  setTimeout(() => {
    const seconds = (performance.now() - began) / 1000;
    done([(overfitLab.draws - draws) / seconds, (overfitLab.lastEpoch - epoch) / seconds]);
  }, span);
})"""
# A hand that swings λ₂ to and fro, a move for each frame: drawings of the fit per second.
DRAG_L2 = """(span) => new Promise((done) => {
  const range = document.querySelector('[data-control=l2] input[type=range]');
  const curve = () => document.querySelector('[data-figure=fit] .lab-plot').data.find(({ name }) => name === 'network').y;
  const began = performance.now(), most = Number(range.max);
  let seen = curve(), n = 0;
  const move = () => {
    const passed = performance.now() - began;
    if (curve() !== seen) [seen, n] = [curve(), n + 1];
    if (passed > span) return range.dispatchEvent(new Event('change', {bubbles: true})), done(1000 * n / passed);
    range.value = Math.round(most * (0.5 + 0.25 * Math.sin(passed / 500)));
    range.dispatchEvent(new Event('input', {bubbles: true}));
    requestAnimationFrame(move);
  };
  requestAnimationFrame(move);
})"""
SCRUB = """async () => {
  const range = document.querySelector('[data-scrub=lambda] input');
  const times = [];
  for (let i = 0; i < 33; i++) {
    await new Promise((done) => setTimeout(done, 20 + 7 * (i % 5)));
    const began = performance.now();
    range.value = i;
    range.dispatchEvent(new Event('input', {bubbles: true}));
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    times.push(performance.now() - began);
  }
  return times;
}"""


@contextmanager
def chromium() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM", found), args=FLAGS)
        yield browser
        browser.close()


def open_page(browser: Browser, address: str, hosts: set[str] | None = None, ready: str = BUILT) -> Page:
    """Open an address in a context with an empty cache and wait until it is ready."""
    page = browser.new_context(viewport=VIEW).new_page()  # type: ignore[arg-type]
    page.set_default_timeout(TIMEOUT_MS)
    if hosts is not None:
        page.on("request", lambda request: hosts.add(request.url.split("/")[2].split(":")[0]))
    page.goto(address)
    wait_for(page, ready)
    return page


def at_most(what: str, ms: float, limit: float) -> Row:
    return Row(what, f"{ms:,.0f} ms", "", f"{ms:,.0f} ms", f"≤ {limit:,.0f} ms", ms <= limit)


def at_least(what: str, rate: float, limit: float, unit: str) -> Row:
    return Row(what, f"{rate:,.1f} {unit}", "", f"{rate:,.1f} {unit}", f"≥ {limit:g} {unit}", rate >= limit)


def rows() -> Iterator[Row]:
    """Measure the Playground, then scrubbing, and yield a row for each promise."""
    with chromium() as browser:
        with serving("app.py") as server:
            hosts: set[str] = set()
            open_page(browser, server.address, hosts).context.close()  # the first request warms the server
            yield opening(browser, server.address, hosts)
            yield first_visit(browser, server.address)
            page = open_page(browser, server.address + LONG, hosts)
            yield starting(page)
            yield from playing(page)
            yield from staying(page)
            page.context.close()
            yield from dragging(browser, server.address)
            yield from toying(browser, server.address, hosts)
            foreign = hosts - {"127.0.0.1", ""}
            yield Row("hosts asked besides the server", str(len(foreign)), "", str(len(foreign)), "0", not foreign)
        with serving("tests/browser/scrub_app.py") as server:
            yield from scrubbing(browser, server.address)


def opening(browser: Browser, address: str, hosts: set[str]) -> Row:
    """Empty cache, warm server: from the request to a page whose Run button works."""
    times = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        page = open_page(browser, address, hosts, READY)
        times.append(1000 * (time.perf_counter() - began))
        page.context.close()
    return at_most("page interactive after a request", statistics.median(times), 2000)


def first_visit(browser: Browser, address: str) -> Row:
    """Bytes over the line with an empty cache, until the opening story plays, on a laptop's screen (1280 × 800).

    What stands further down than a person sees at first is fetched when it comes into view: the weight matrices.
    """
    sizes: list[float] = []
    page = browser.new_context(viewport=LAPTOP).new_page()  # type: ignore[arg-type]
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    line.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(address)
    page.wait_for_load_state("networkidle")
    wait_for(page, READY + " && overfitLab.shownEpoch > 0")  # the recording has come, and plays
    page.context.close()
    mb = sum(sizes) / 1e6
    return Row("first visit, over the line", f"{mb:.2f} MB", "", f"{mb:.2f} MB", "≤ 2.2 MB", mb <= 2.2)


def starting(page: Page) -> Row:
    times = []
    unfold(page)
    for _ in range(REPEATS):
        times.append(page.evaluate(PRESS_RUN))
        page.get_by_role("button", name="Reset", exact=True).click()
        wait_for(page, "overfitLab.shownEpoch === 0 && document.querySelector('.lab-primary').textContent === 'Run'")
    return at_most("Run pressed → first drawn update", statistics.median(times), 500)


def playing(page: Page) -> Iterator[Row]:
    page.evaluate(PRESS_RUN)
    seen = [page.evaluate(WATCH, WINDOW_MS) for _ in range(REPEATS)]
    yield at_least("drawn updates, all charts in view", statistics.median(draws for draws, _ in seen), 8, "/s")
    moves = [page.evaluate(MOVE_L2, 500 + 20 * i) for i in range(REPEATS)]
    yield at_most("λ moved → drawn update that trains with it", statistics.median(moves), 250)


def staying(page: Page) -> Iterator[Row]:
    """The charts' nodes and a zoom, before and after a hundred updates."""
    plot = "document.querySelector('[data-figure=fit] .lab-plot')"
    page.evaluate(f"Plotly.relayout({plot}, {{'xaxis.range[0]': -0.5, 'xaxis.range[1]': 0.5}})")
    page.evaluate(
        "window.nodes = [...document.querySelectorAll('[data-figure], .main-svg')]; window.from = overfitLab.draws"
    )
    wait_for(page, "overfitLab.draws > window.from + 100")
    kept = page.evaluate("window.nodes.every((node) => node.isConnected)")
    zoom = page.evaluate(f"{plot}._fullLayout.xaxis.range.join()") == "-0.5,0.5"
    for what, holds in (("charts' nodes after 100 updates", kept), ("zoom after 100 updates", zoom)):
        yield Row(what, "the same" if holds else "lost", "", "the same" if holds else "lost", "the same", holds)


def dragging(browser: Browser, address: str) -> Iterator[Row]:
    """The large chart on a laptop's screen while a hand swings λ, as a story and at full speed."""
    page = browser.new_context(viewport=LAPTOP).new_page()  # type: ignore[arg-type]
    page.set_default_timeout(TIMEOUT_MS)
    page.goto(address + LONG)
    wait_for(page, BUILT)
    page.evaluate(PRESS_RUN)
    for pace in ("story", "full"):
        page.locator(f"label[for$='-pace-{pace}']").click()
        seen = [page.evaluate(DRAG_L2, WINDOW_MS) for _ in range(REPEATS)]
        yield at_least(f"λ dragged: drawings of the fit, {pace}", statistics.median(seen), 20, "/s")
    page.context.close()


def toying(browser: Browser, address: str, hosts: set[str]) -> Iterator[Row]:
    """The task on which TensorFlow Playground draws 19 epochs a second on the same machine."""
    page = open_page(browser, address + TOY, hosts)
    page.locator("label[for$='-pace-full']").click()  # a story would not hurry
    page.evaluate(PRESS_RUN)
    seen = [page.evaluate(WATCH, WINDOW_MS) for _ in range(REPEATS)]
    yield at_least("2-8-8-1, 250 points, batch 10", statistics.median(epochs for _, epochs in seen), 100, "epochs/s")
    yield at_least("the same: drawn updates", statistics.median(draws for draws, _ in seen), 8, "/s")
    page.context.close()


def scrubbing(browser: Browser, address: str) -> Iterator[Row]:
    """Event to painted, 33 states; the hand pauses between the stops for 20 to 48 ms."""
    page = open_page(browser, address)
    page.evaluate(SCRUB)
    times = sorted(ms for _ in range(REPEATS) for ms in page.evaluate(SCRUB))
    yield at_most("λ scrubbed → painted, 33 states, p50", statistics.median(times), 35)
    yield at_most("the same, p95", times[int(0.95 * len(times))], 50)
    page.context.close()
