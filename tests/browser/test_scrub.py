"""Scrubbing 33 members in memory: bindings, virtual bindings, members' facts, clicks, layout, speed."""

import statistics
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import OpenPage, figure, press, serving, unfold, wait_for
from tests.browser.scrub_study import LAMBDAS, N_MEMBERS, make_arrays

# Move the slider to each stop; milliseconds from the event to the frame after it was drawn. `wait` is the hand's pause.
SWEEP = """async (wait) => {
  const range = document.querySelector('[data-scrub=lambda] input');
  const times = [], shown = [];
  for (let i = 0; i < 33; i++) {
    const began = performance.now();
    range.value = i;
    range.dispatchEvent(new Event('input', {bubbles: true}));
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    times.push(performance.now() - began);
    shown.push(document.querySelector('[data-figure=fit] .lab-plot').data[1].y[50]);
    await new Promise((done) => setTimeout(done, wait));
  }
  return {times, shown};
}"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving("tests/browser/scrub_app.py") as server:
        yield server.address


@pytest.fixture
def page(address: str, open_page: OpenPage) -> Page:
    return open_page(address)


def move_to(page: Page, index: int) -> None:
    slider = page.locator("[data-scrub=lambda] input")
    slider.fill(str(index))
    wait_for(page, f"overfitLab.picked.lambda === {index}")


def test_a_scrub_picks_the_member_in_every_bound_chart(page: Page) -> None:
    move_to(page, 20)
    wait_for(page, f"Math.abs({figure('fit')}.data[1].y[60] - {make_arrays()['fit_y'][20, 60]}) < 1e-5")
    wait_for(page, f"Math.abs({figure('loss')}.data[1].y[499] - {make_arrays()['val_loss'][20, 499]}) < 1e-5")
    row = make_arrays()["hist_y"][20, 1]
    wait_for(page, f"Math.abs(Math.max(...{figure('histograms')}.data[3].y) - {row.max()}) < 1e-5")
    assert page.evaluate(f"{figure('histograms')}.data[3].y.length") == len(row)


def test_you_are_here_stands_at_the_value_over_the_whole_axis(page: Page) -> None:
    move_to(page, 12)
    assert page.evaluate(f"{figure('path')}.data[1].x") == pytest.approx([LAMBDAS[12]] * 2)
    assert page.evaluate(f"{figure('path')}.data[1].y") == [0, 1]
    move_to(page, 0)
    assert page.evaluate(f"{figure('path')}.data[1].x") == [1e-6, 1e-6]  # zero stands where `positions` says


def test_facts_follow_the_member(page: Page) -> None:
    move_to(page, 5)
    wait_for(page, "document.querySelector('[data-readout=val_loss] dd').textContent === '0.05'")
    assert page.locator("[data-readout=zeros] dd:not(.lab-own)").text_content() == "7"
    assert page.locator(".lab-verdict").get_attribute("data-tone") == "warn"
    move_to(page, 30)
    assert "Member 30." in page.locator(".lab-verdict").inner_text()
    assert page.locator("[data-figure=fit] .lab-plot").get_attribute("aria-label") == "The fit of member 30."


def test_the_index_is_committed_once_and_dragging_sends_nothing(page: Page) -> None:
    page.evaluate("""() => {
      window.sent = [];
      const send = WebSocket.prototype.send;
      WebSocket.prototype.send = function (message) {
        if (!String(message).includes('"ready"')) window.sent.push(String(message)); // ready: the wish for the next snapshot
        return send.call(this, message);
      };
    }""")
    page.evaluate(SWEEP, 0)
    assert page.evaluate("window.sent") == []
    page.evaluate("document.querySelector('[data-scrub=lambda] input').dispatchEvent(new Event('change'))")
    page.get_by_text("index on the server: 32").wait_for()


def test_a_hand_that_goes_on_is_not_taken_back_by_the_echo_of_an_earlier_stop(page: Page) -> None:
    page.evaluate("""() => {
      const range = document.querySelector('[data-scrub=lambda] input');
      window.stops = [];
      new MutationObserver(() => window.stops.push(Number(range.value))).observe(range, {attributes: true});
    }""")
    slider = page.locator("[data-scrub=lambda] input")
    for _ in range(12):
        slider.press("ArrowRight")
    page.get_by_text("index on the server: 12").wait_for()
    assert page.evaluate("window.stops") == list(range(1, 13))


def test_a_click_picks_the_nearest_stop(page: Page) -> None:
    spot = page.evaluate(f"""() => {{
      const plot = {figure("path")}, axis = plot._fullLayout.xaxis, box = plot.getBoundingClientRect();
      return [box.left + axis._offset + axis.d2p({LAMBDAS[17]}) + 3, box.top + 60];
    }}""")
    page.mouse.click(*spot)
    wait_for(page, "overfitLab.picked.lambda === 17")
    page.get_by_text("index on the server: 17").wait_for()


def test_a_rewound_moment_is_picked_before_the_member(page: Page) -> None:
    move_to(page, 8)
    rewind = page.locator(".lab-rewind input")
    rewind.focus()
    wait_for(page, "overfitLab.frames === 5")
    rewind.fill("2")
    middle = 0.5 * make_arrays()["fit_y"][8, 60]
    wait_for(page, f"Math.abs({figure('fit')}.data[1].y[60] - {middle}) < 1e-5")
    move_to(page, 9)
    wait_for(page, f"Math.abs({figure('fit')}.data[1].y[60] - {0.5 * make_arrays()['fit_y'][9, 60]}) < 1e-5")
    press(page, "Live")
    wait_for(page, f"Math.abs({figure('fit')}.data[1].y[60] - {make_arrays()['fit_y'][9, 60]}) < 1e-5")


def test_a_control_of_one_member_sets_that_member(page: Page) -> None:
    unfold(page)
    field = page.locator("[data-control='l1.1'] input[type=number]")
    field.fill("0.25")
    field.press("Enter")
    wait_for(page, "overfitLab.strengths['l1.1'] === 0.25 && overfitLab.strengths['l1.0'] === 0")


def test_sizes_heights_and_groups(page: Page) -> None:
    width = {name: page.locator(f"[data-figure={name}]").bounding_box()["width"] for name in ("path", "map", "fit")}
    assert width["path"] > 1.9 * width["map"] > 2.6 * width["fit"]
    assert page.locator("[data-figure=path] .lab-plot").bounding_box()["height"] == 200
    assert page.locator(".lab-group").all_inner_texts() == ["All strengths", "At the strength picked"]


def test_what_is_drawn_swiftly_is_what_plotly_draws(page: Page) -> None:
    read = """(name) => [...document.querySelectorAll(`[data-figure=${name}] .scatterlayer path`)]
      .map((path) => path.getAttribute('d') + path.getAttribute('transform'))"""
    for name in ("fit", "loss", "histograms"):
        move_to(page, 3)
        move_to(page, 25)
        wait_for(page, f"{figure(name)}.calcdata[1].length > 1 && !overfitLab.isBehind()")
        swift = page.evaluate(read, name)
        page.evaluate("(name) => Plotly.redraw(document.querySelector(`[data-figure=${name}] .lab-plot`))", name)
        assert swift == page.evaluate(read, name)


def test_finger_to_painted_is_quick_and_every_position_is_drawn_when_the_hand_goes_slowly(page: Page) -> None:
    page.evaluate(SWEEP, 0)
    result = page.evaluate(SWEEP, 30)
    assert result["shown"] == pytest.approx(make_arrays()["fit_y"][:, 50].tolist(), abs=1e-5)
    assert len(result["times"]) == N_MEMBERS
    # The target is 35 ms and is measured by `make bench`; here a bound that a busy machine keeps too.
    assert statistics.median(result["times"]) < 100
