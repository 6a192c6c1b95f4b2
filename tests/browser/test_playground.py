"""The real Playground in a real Chromium: it trains, obeys while it trains, keeps its charts, rewinds, says what went wrong."""

import re
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page

from core.presets import START
from tests.browser.conftest import LONG, READY, OpenPage, figure, fit_curve, pause, press, type_strength, wait_for


@pytest.fixture
def page(address: str, open_page: OpenPage) -> Page:
    return open_page(address + LONG)


def test_what_other_tests_wait_for_means_that_every_chart_is_built(address: str, open_page: OpenPage) -> None:
    page = open_page(address + LONG, ready="true")
    built = page.evaluate(f"""new Promise((done) => (function look() {{
      if (!({READY})) return setTimeout(look, 0);
      done([...document.querySelectorAll('.lab-plot')].map((plot) => Boolean(plot.querySelector('.main-svg'))));
    }})())""")
    assert built and all(built)


def run_to(page: Page, epoch: int) -> None:
    press(page, "Run")
    wait_for(page, f"overfitLab.lastEpoch > {epoch}")


def test_charts_keep_their_nodes_and_a_zoom_through_many_updates(page: Page) -> None:
    page.evaluate("window.nodes = [...document.querySelectorAll('[data-figure], .main-svg')]")
    home = page.evaluate(f"{figure('fit')}._fullLayout.xaxis.range.join()")
    plot = page.locator("[data-figure=fit] .nsewdrag").first
    box = plot.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 140, steps=4)
    page.mouse.up()
    zoomed = page.evaluate(f"{figure('fit')}._fullLayout.xaxis.range.join()")
    assert zoomed != home
    press(page, "Run")
    wait_for(page, "overfitLab.draws > 60")
    assert "stays on screen" in (page.get_by_role("button", name="Pause", exact=True).get_attribute("title") or "")
    assert page.evaluate("window.nodes.every((node) => node.isConnected)")
    assert page.evaluate(f"{figure('fit')}._fullLayout.xaxis.range.join()") == zoomed
    pause(page)
    plot.dblclick()
    wait_for(page, f"{figure('fit')}._fullLayout.xaxis.range.join() === '{home}'")


def test_l1_prunes_the_running_network_without_a_reset(page: Page) -> None:
    run_to(page, 20)
    type_strength(page, "l1", "0.5")
    wait_for(page, "parseInt(document.querySelector('[data-readout=zeros] dd').textContent) > 0")
    assert page.evaluate("overfitLab.lastEpoch") > 20
    page.wait_for_url("**l1=0.5**")
    wait_for(page, f"{figure('loss')}.data.find((t) => t.name === 'changed strength').text?.[0]?.includes('0.5')")


def test_what_the_stage_told_earlier_does_not_undo_what_the_sidebar_changed_since(page: Page) -> None:
    press(page, "New start")
    page.wait_for_url("**seed=1")
    type_strength(page, "l1", "0.5")
    page.wait_for_url("**l1=0.5**")
    rate = page.get_by_role("combobox", name="Learning rate")
    rate.fill("0.1")
    rate.press("Enter")
    page.wait_for_url("**learning_rate=0.1**")
    wait_for(page, "overfitLab.strengths.learning_rate === 0.1")
    press(page, "New start")
    page.wait_for_url("**seed=2")
    assert "learning_rate=0.1&" in page.url and "l1=0.5&" in page.url


def test_of_fifty_moves_in_two_seconds_the_last_one_wins(page: Page) -> None:
    run_to(page, 5)
    page.evaluate("""async () => {
      const range = document.querySelector('[data-control=l2] input[type=range]');
      for (let i = 0; i < 50; i++) {
        range.value = 300 + 7 * i;
        range.dispatchEvent(new Event('input', {bubbles: true}));
        await new Promise((done) => setTimeout(done, 40));
      }
      range.dispatchEvent(new Event('change', {bubbles: true}));
    }""")
    value = float(page.locator("[data-control=l2] input[type=number]").input_value())
    wait_for(page, f"overfitLab.strengths.l2 === {value}")
    page.wait_for_url(f"**l2={value:g}**")
    # The slider waits two seconds for an echo before it follows the server again: then they still agree.
    wait_for(page, f"performance.now() > {page.evaluate('performance.now() + 2500')}")
    assert float(page.locator("[data-control=l2] input[type=number]").input_value()) == value


def test_rewind_takes_all_charts_back_and_live_returns(page: Page) -> None:
    run_to(page, 100)
    pause(page)
    now = page.evaluate(f"Array.from({fit_curve()})")
    rewind = page.get_by_label("Rewind")
    rewind.focus()
    wait_for(page, "overfitLab.frames > 5")
    page.keyboard.press("Home")
    wait_for(page, "overfitLab.shownEpoch === 0 && !overfitLab.isBehind()")
    assert page.evaluate(f"Array.from({fit_curve()})") != now
    assert page.evaluate(f"{figure('loss')}.data.find((t) => t.name === 'you are here').x") == [0, 0]
    assert page.locator("[data-readout=epoch] dd:not(.lab-own)").text_content() == "0"
    page.keyboard.press("ArrowRight")
    wait_for(page, "overfitLab.shownEpoch > 0")
    press(page, "Live")
    wait_for(page, "overfitLab.shownEpoch === overfitLab.lastEpoch && !overfitLab.isBehind()")
    assert page.evaluate(f"Array.from({fit_curve()})") == now


HOLD_MOMENTS = """
  const own = Object.getOwnPropertyDescriptor(WebSocket.prototype, "onmessage");
  const isMoments = (data) => data instanceof ArrayBuffer && new TextDecoder().decode(data.slice(0, 40)).includes('"frames"');
  window.held = [];
  Object.defineProperty(WebSocket.prototype, "onmessage", { ...own, set(hear) {
    own.set.call(this, (event) => (isMoments(event.data) ? window.held.push(() => hear(event)) : hear(event)));
  } });
"""


def test_moments_that_were_on_their_way_at_a_reset_are_not_mixed_into_the_new_run(page: Page) -> None:
    page.add_init_script(HOLD_MOMENTS)
    page.reload()
    wait_for(page, READY)
    run_to(page, 300)
    pause(page)
    page.get_by_label("Rewind").focus()
    wait_for(page, "held.length > 1")
    press(page, "Reset")
    wait_for(page, "overfitLab.lastEpoch === 0")
    page.evaluate("held.splice(0).forEach((hear) => hear())")
    assert page.evaluate("overfitLab.frames") <= 1  # the new run's own first moment may have come
    run_to(page, 20)
    pause(page)
    page.get_by_label("Rewind").blur()
    page.get_by_label("Rewind").focus()
    wait_for(page, "held.length > 0")
    wait_for(page, "held.splice(0).forEach((hear) => hear()) ?? overfitLab.frames > 3")
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    wait_for(page, "overfitLab.shownEpoch > 0 && overfitLab.shownEpoch <= overfitLab.lastEpoch")


def test_divergence_is_said_with_a_remedy_that_works(page: Page) -> None:
    type_strength(page, "learning_rate", "1")
    type_strength(page, "l2", "1000000")
    page.goto(re.sub(r"\?.*", "", page.url) + "?optimizer=sgd&learning_rate=1000&activation=linear")
    wait_for(page, READY)
    press(page, "Run")
    remedy = page.locator(".lab-verdict[data-banner] button")
    remedy.wait_for()
    assert page.locator(".lab-verdict").get_attribute("data-tone") == "bad"
    assert page.evaluate(f"Array.from({fit_curve()}).every(Number.isFinite)")
    height = page.locator(".lab-verdict").bounding_box()
    remedy.click()
    wait_for(page, "overfitLab.lastEpoch > 3 && !document.querySelector('.lab-verdict[data-banner]')")
    now = page.locator(".lab-verdict").bounding_box()
    assert height is not None and now is not None
    assert (height["y"], height["height"]) == (now["y"], now["height"])


def test_before_training_the_axis_of_epochs_reaches_to_the_first(page: Page) -> None:
    low, high = page.evaluate(f"{figure('loss')}._fullLayout.xaxis.range")
    assert low == 0 and 1 <= high < 2


def test_the_penalty_switch_makes_room_on_the_axis(page: Page) -> None:
    type_strength(page, "l2", "1")
    run_to(page, 3)
    pause(page)
    top = page.evaluate(f"{figure('loss')}._fullLayout.yaxis.range[1]")
    card = page.locator("[data-figure=loss]")
    card.get_by_role("button", name="penalty").click()
    highest = page.evaluate(f"Math.max(...{figure('loss')}.data.find((t) => t.name === 'penalty').y)")
    assert highest > top
    wait_for(page, f"{figure('loss')}._fullLayout.yaxis.range[1] >= {highest}")
    card.get_by_role("button", name="penalty").click()
    wait_for(page, f"{figure('loss')}._fullLayout.yaxis.range[1] < {highest}")
    card.get_by_role("button", name="log").click()
    wait_for(page, f"{figure('loss')}._fullLayout.yaxis.type === 'log'")


def test_hard_edges_repaint_the_map(address: str, open_page: OpenPage) -> None:
    page = open_page(f"{address}?data=xor&hidden_sizes=8-8")
    run_to(page, 3)
    pause(page)
    source = f"{figure('fit')}._fullLayout.images[0].source"
    soft = page.evaluate(source)
    button = page.locator("[data-figure=fit]").get_by_role("button", name="hard edges")
    button.click()
    wait_for(page, f"{source} !== {soft!r}")
    button.click()
    wait_for(page, f"{source} === {soft!r}")


def test_a_finished_run_offers_to_run_on(address: str, open_page: OpenPage) -> None:
    page = open_page(f"{address}?n_epochs=3&data=xor&hidden_sizes=8")
    press(page, "Run")
    page.get_by_role("button", name="Run on").click()
    wait_for(page, "overfitLab.lastEpoch > 3")


def test_a_visit_to_another_page_finds_the_run_still_going(address: str, open_page: OpenPage) -> None:
    page = open_page(f"{address}/?{urlencode(START.replace(n_epochs=50_000).to_query())}")  # Compare asks before more
    run_to(page, 100)
    page.get_by_role("link", name="Compare", exact=True).click()
    page.get_by_text("Same start, same rows").wait_for()
    wait_for(page, "document.querySelector('[data-figure=compare_gap]') && overfitLab.shownEpoch === 0")
    page.get_by_role("link", name="Playground", exact=True).click()
    wait_for(page, "document.querySelector('[data-figure=fit]') && overfitLab.shownEpoch > 100")
