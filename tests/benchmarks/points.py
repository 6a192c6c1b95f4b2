"""A point dragged while the network trains: how often its curve is drawn anew, and how soon a change is in a drawn update."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from urllib.parse import urlencode

from core.presets import START
from core.settings.points import pack
from tests.benchmarks.browser import BUILT, at_least, at_most, chromium, open_page
from tests.benchmarks.table import Row
from tests.browser.conftest import serving, wait_for

POINTS = pack([(x / 10, (x % 5) / 3 - 0.5, 0, x % 4 == 0) for x in range(-9, 10)])
LINK = "?" + urlencode(START.replace(data="my_curve", noise_std=0.0, points=POINTS, n_epochs=1_000_000).to_query())

# The first point follows the hand for two seconds, as a mouse moves; then it moves step by step, each once the last is drawn.
DRAG = """async () => {
  const plot = document.querySelector('[data-figure=fit] .lab-plot');
  const { xaxis, yaxis } = plot._fullLayout;
  const box = plot.getBoundingClientRect();
  const send = (kind, x, y) => plot.dispatchEvent(new PointerEvent(kind, {
    bubbles: true, isPrimary: true, pointerType: 'mouse', button: 0,
    clientX: box.left + xaxis._offset + xaxis.d2p(x), clientY: box.top + yaxis._offset + yaxis.d2p(y),
  }));
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const drawn = (before) => new Promise((done) => {
    const look = () => (overfitLab.points !== before ? done(performance.now()) : requestAnimationFrame(look));
    look();
  });
  send('pointerdown', -0.9, -0.16667);
  const [began, draws] = [performance.now(), overfitLab.draws];
  for (let i = 1; performance.now() < began + 2000; i++) {
    send('pointermove', -0.9 + 0.001 * (i % 100), 0.5 + 0.01 * (i % 60));
    await pause(16);
  }
  const rate = (overfitLab.draws - draws) / ((performance.now() - began) / 1000);
  const lags = [];
  for (let i = 1; i <= 15; i++) {
    await pause(300);
    const before = overfitLab.points;
    const moved = performance.now();
    send('pointermove', -0.8, -1 + 0.1 * i);
    lags.push(await drawn(before) - moved);
  }
  send('pointerup', -0.8, 0.5);
  return [rate, lags];
}"""


def rows() -> Iterator[Row]:
    """Yield two rows for each pace."""
    with chromium() as browser, serving("app.py") as server:
        for pace in ("Story", "Full"):
            page = open_page(browser, f"{server.address}/{LINK}", ready=BUILT)
            page.locator(".lab-segments label").get_by_text(pace, exact=True).click()
            page.get_by_role("button", name="Run", exact=True).click()
            wait_for(page, "overfitLab.lastEpoch > 300")
            rate, lags = page.evaluate(DRAG)
            yield at_least(f"drawn updates while a point is dragged, pace {pace}", rate, 8, "/s")
            yield at_most(f"a point moved → drawn update, pace {pace}, median of 15", statistics.median(lags), 250)
            page.context.close()
