"""What is drawn on the screen is what is: pictures against the answers of the same network, trained here."""

from urllib.parse import urlencode

import numpy as np
import pytest
from playwright.sync_api import Page

from core import Experiment, train
from core.data import load_split
from tests.browser.conftest import LAPTOP, LONG, READY, OpenPage, figure, pause, press, wait_for

WIDE = {"width": 1920, "height": 1080}
# The colour under each point (x, y): how much more blue than orange it is, read from the picture where Plotly put it.
BLUENESS = """async ([selector, points]) => {
  const plot = document.querySelector(selector);
  const {xaxis, yaxis} = plot._fullLayout;
  const element = plot.querySelector('.layer-below image, .imagelayer image, image');
  const box = element.getBoundingClientRect(), home = plot.getBoundingClientRect();
  const picture = new Image();
  picture.src = element.getAttribute('xlink:href') ?? element.getAttribute('href');
  await picture.decode();
  const canvas = Object.assign(document.createElement('canvas'), {width: picture.width, height: picture.height});
  const context = canvas.getContext('2d');
  context.drawImage(picture, 0, 0);
  return points.map(([x, y]) => {
    const across = (home.left + xaxis._offset + xaxis.d2p(x) - box.left) / box.width;
    const down = (home.top + yaxis._offset + yaxis.d2p(y) - box.top) / box.height;
    const at = (share, n) => Math.min(n - 1, Math.max(0, Math.floor(share * n)));
    const [red, green, blue] = context.getImageData(at(across, canvas.width), at(down, canvas.height), 1, 1).data;
    return blue - red;
  });
}"""


@pytest.mark.parametrize(("name", "viewport"), [("circle", LAPTOP), ("xor", WIDE)])
def test_on_the_screen_points_lie_on_the_colour_that_the_network_predicts(
    address: str, open_page: OpenPage, name: str, viewport: dict[str, int]
) -> None:
    experiment = Experiment(
        data={"name": name, "n_train": 100, "noise_std": 0.3}, network={"hidden_sizes": [8]}, training={"n_epochs": 20}
    )
    page = open_page(f"{address}/?{urlencode(experiment.to_query())}", viewport)
    press(page, "Run")
    page.get_by_role("button", name="Run on").wait_for()
    wait_for(page, "overfitLab.shownEpoch === 20 && !overfitLab.isBehind()")
    split = load_split(experiment.data)
    predicted = train(experiment, progress=False).predict(split.X_val)[:, 1] > 0.5
    blueness = page.evaluate(BLUENESS, ["[data-figure=fit] .lab-plot", split.points_val.tolist()])
    assert np.mean((np.array(blueness) > 0) != predicted) < 0.03  # a cell on the border itself has one colour only
    x, y = page.evaluate(
        f"['xaxis', 'yaxis'].map((a) => {figure('fit')}._fullLayout[a]).map((a) => a._length / (a.range[1] - a.range[0]))"
    )
    assert abs(x / y - 1) < 0.01  # a circle is round at every width


RANGE = f"{figure('histograms')}._fullLayout.xaxis.range.slice()"
EDGE = f"{figure('histograms')}.data.find((t) => t.name === 'layer 1').x.at(-1)"  # how far the bins of now reach
GHOST = f"Array.from({figure('histograms')}.data.find((t) => t.name === 'layer 1, before').x).filter(Number.isFinite)"


def set_strength(page: Page, key: str, value: str) -> None:
    field = page.locator(f"[data-control={key}] input[type=number]")
    field.fill(value)
    field.press("Enter")


def test_under_l2_the_weights_are_seen_to_shrink_beside_what_they_were(address: str, open_page: OpenPage) -> None:
    page = open_page(address + LONG)
    assert page.evaluate(GHOST) == []
    press(page, "Run")
    wait_for(page, "overfitLab.lastEpoch > 60")
    pause(page)
    wait_for(page, "!overfitLab.isBehind()")
    before, edge = page.evaluate(RANGE), page.evaluate(EDGE)
    assert before[1] >= edge
    set_strength(page, "l2", "1")
    wait_for(page, "overfitLab.strengths.l2 === 1")
    press(page, "Run")
    wait_for(page, f"{EDGE} < {edge} / 10")  # the penalty has won: all weights are small
    pause(page)
    wait_for(page, "!overfitLab.isBehind()")
    assert page.evaluate(RANGE) == before  # the axis has not shrunk with them
    assert page.evaluate(GHOST)[-1] == edge  # and the outline is that of the weights before
    rewind = page.get_by_label("Rewind")
    rewind.focus()
    wait_for(page, "overfitLab.frames > 5")
    page.keyboard.press("Home")
    wait_for(page, "overfitLab.shownEpoch === 0 && !overfitLab.isBehind()")
    assert page.evaluate(GHOST) == []  # before the change there was no before
    assert page.evaluate(RANGE) == before
    press(page, "Live")
    wait_for(page, f"{GHOST}.length > 0 && !overfitLab.isBehind()")
    press(page, "Reset")
    wait_for(page, "overfitLab.shownEpoch === 0 && overfitLab.lastEpoch === 0 && !overfitLab.isBehind()")
    assert page.evaluate(GHOST) == []
    assert page.evaluate(RANGE)[1] == page.evaluate(EDGE)  # another run: the axis begins anew


def test_a_reload_keeps_the_outline_of_the_weights_before_a_change(address: str, open_page: OpenPage) -> None:
    page = open_page(address + LONG)
    press(page, "Run")
    wait_for(page, "overfitLab.lastEpoch > 60")
    pause(page)
    wait_for(page, "!overfitLab.isBehind()")
    edge = page.evaluate(EDGE)
    set_strength(page, "l2", "1")
    page.wait_for_url("**l2=1.0*")
    press(page, "Run")
    wait_for(page, f"{EDGE} < {edge} / 10")
    pause(page)
    page.reload()
    wait_for(page, f"window.overfitLab && {READY} && {GHOST}.length > 0")
    assert page.evaluate(GHOST)[-1] == edge <= page.evaluate(RANGE)[1]  # and is in view
    press(page, "Reset")
    wait_for(page, f"overfitLab.lastEpoch === 0 && !overfitLab.isBehind() && {GHOST}.length === 0")
    page.reload()
    wait_for(page, f"window.overfitLab && {READY} && {figure('histograms')}.data")
    assert page.evaluate(GHOST) == []


def test_a_switched_on_curve_has_an_entry_in_the_legend(address: str, open_page: OpenPage) -> None:
    page = open_page(address + LONG)
    card = page.locator("[data-figure=loss]")
    assert "objective" not in card.locator(".lab-legend").inner_text()
    card.get_by_role("button", name="penalty").click()
    assert "objective" in card.locator(".lab-legend").inner_text()
    card.get_by_role("button", name="penalty").click()
    assert "objective" not in card.locator(".lab-legend").inner_text()


def test_an_axis_of_shares_ends_at_one_and_one_that_only_grows_never_shrinks(address: str, open_page: OpenPage) -> None:
    page = open_page(address + LONG)
    ranges = page.evaluate("""async () => {
      const address = performance.getEntriesByType('resource').find((one) => one.name.endsWith('/axes.js')).name;
      const {Axes, fitRange} = await import(address);
      const axes = new Axes({on() {}, _fullLayout: {}}, {xaxis: {}});
      const auto = {xaxis: {arrays: ['x'], is_tight: true, grows: true}};
      const fit = (...x) => axes.fit(auto, () => x)['xaxis.range'];
      const seen = [fit(-5, 5), fit(-0.2, 0.2), fit(-7, 1)];
      axes.begin();
      return {seen: [...seen, fit(-0.2, 0.2)], share: fitRange(undefined, [[0, 0.99]], [0], false, false, 0, 1)};
    }""")
    assert ranges["seen"] == [[-5, 5], None, [-7, 5], [-0.2, 0.2]]
    assert ranges["share"] == [0, 1]


@pytest.mark.parametrize("path", ["/", "/path", "/compare", "/cv", "/remedies", "/features"])
def test_on_a_projector_no_axis_title_lies_on_the_labels(address: str, open_page: OpenPage, path: str) -> None:
    overlaps = """[...document.querySelectorAll('.lab-plot')].flatMap((plot) => {
      const boxes = (selector) => [...plot.querySelectorAll(selector)].map((one) => one.getBoundingClientRect());
      const touch = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
      const titles = boxes('.infolayer .xtitle, .infolayer .ytitle'), ticks = boxes('.xtick text, .ytick text');
      return titles.some((title) => ticks.some((tick) => touch(title, tick))) ? [plot.closest('section').dataset.figure] : [];
    })"""
    page = open_page(f"{address}{path}{LONG[1:] if path == '/' else ''}", WIDE)
    assert page.evaluate(overlaps) == []
    for switch in page.get_by_role("button", name="log").all():
        switch.click()
    assert page.evaluate(overlaps) == []
