"""The real λ path page in a real Chromium: it fills while it trains, is scrubbed from memory, and leads to the Playground."""

import csv

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import PHONE, READY, OpenPage, figure, fit_curve, pause, press, unfold, wait_for

QUICK = "/path?hidden_sizes=8&noise_std=0.3&n_epochs=100000"
# Every stop in turn as a slow hand takes them: what the charts show at each; and what was sent meanwhile.
SLOW_HAND = """async () => {
  const sent = [], send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (message) {
    if (!String(message).includes('"ready"')) sent.push(String(message));
    return send.call(this, message);
  };
  const asked = performance.getEntriesByType('resource').length;
  const range = document.querySelector('[data-scrub=lambda] input');
  const shown = [], marked = [];
  const fit = () => document.querySelector('[data-figure=fit] .lab-plot').data;
  const curve = () => fit().find((t) => t.name === 'network').y.slice(0, 5).join();
  const mark = () => document.querySelector('[data-figure=path] .lab-plot').data.find((t) => t.name === 'chosen λ').x[0];
  const first = { mark: mark(), curve: curve() }; // at the middle stop
  const until = async (is) => { // or 3 s, and what is there then is what counts
    for (const end = performance.now() + 3000; !is() && performance.now() < end;) await new Promise(requestAnimationFrame);
  };
  for (let i = 0; i <= Number(range.max); i++) {
    range.value = i;
    range.dispatchEvent(new Event('input', {bubbles: true}));
    // A busy machine draws a costly chart later: wait for the mark, then for another curve or until nothing is left to draw.
    await until(() => mark() !== (marked.at(-1) ?? first.mark));
    await until(() => curve() !== (shown.at(-1) ?? first.curve) || !overfitLab.isBehind());
    shown.push(curve());
    marked.push(mark());
  }
  WebSocket.prototype.send = send;
  return {shown, marked, sent, asked: performance.getEntriesByType('resource').length - asked};
}"""


@pytest.fixture
def page(address: str, open_page: OpenPage) -> Page:
    return open_page(address + QUICK)


def run_to(page: Page, epoch: int) -> None:
    press(page, "Run")
    wait_for(page, f"overfitLab.lastEpoch > {epoch}")


def move_to(page: Page, index: int) -> None:
    slider = page.locator("[data-scrub=lambda] input")
    slider.fill(str(index))
    wait_for(page, f"overfitLab.picked.lambda === {index}")


def test_every_chart_fills_while_the_path_trains(page: Page) -> None:
    before = page.evaluate(f"Array.from({figure('path')}.data.find((t) => t.name === 'training').y)")
    run_to(page, 300)
    losses = page.evaluate(f"Array.from({figure('path')}.data.find((t) => t.name === 'training').y)")
    assert len(losses) == 34 and losses != before
    assert losses[0] < losses[-1]
    assert page.evaluate(f"{figure('path')}.data.find((t) => t.name === 'best').x.length") == 1
    pause(page)
    for name in ("weight_paths", "path_sparsity", "histograms", "loss"):
        page.locator(f"[data-figure={name}]").scroll_into_view_if_needed()
        drawn = f"[...{figure(name)}.querySelectorAll('.scatterlayer path.js-line')]"
        wait_for(page, f"{drawn}.some((line) => line.getAttribute('d')?.length > 20)")
    assert page.evaluate(f"{figure('path_sparsity')}.querySelectorAll('.fills path.js-fill').length") == 2


def test_a_slow_hand_sees_every_network_and_asks_the_server_nothing(page: Page) -> None:
    run_to(page, 200)
    pause(page)
    seen = page.evaluate(SLOW_HAND)
    assert seen["sent"] == [] and seen["asked"] == 0
    assert len(set(seen["marked"])) == 34
    assert len(set(seen["shown"])) >= 25  # the largest λ all give the same flat line


def test_both_sliders_work_while_the_path_trains(page: Page) -> None:
    run_to(page, 300)
    move_to(page, 33)
    fit = f"Array.from({fit_curve()})"
    wait_for(page, f"Math.max(...{fit}) - Math.min(...{fit}) < 0.3")  # the largest λ: a flat line
    move_to(page, 0)
    wait_for(page, f"Math.max(...{fit}) - Math.min(...{fit}) > 1")
    epoch = page.evaluate("overfitLab.lastEpoch")
    wait_for(page, f"overfitLab.lastEpoch > {epoch} + 20")
    rewind = page.get_by_label("Rewind")
    rewind.focus()
    wait_for(page, "overfitLab.frames > 5")
    page.keyboard.press("Home")
    wait_for(page, "overfitLab.shownEpoch === 0")
    start = page.evaluate(fit)
    move_to(page, 33)
    epoch = page.evaluate("overfitLab.lastEpoch")
    wait_for(page, f"overfitLab.lastEpoch > {epoch} + 20")
    assert page.evaluate("overfitLab.shownEpoch") == 0
    assert page.evaluate(fit) == pytest.approx(start, abs=1e-6)  # all λ begin at the same weights
    press(page, "Live")
    wait_for(page, "overfitLab.shownEpoch > 300")
    pause(page)


def test_words_follow_the_chosen_network(page: Page) -> None:
    run_to(page, 300)
    pause(page)
    move_to(page, 0)
    weak = page.locator("[data-readout=train_loss] dd:not(.lab-own)").text_content()
    wait_for(page, f"{figure('fit')}.getAttribute('aria-label').startsWith('λ 0. Fitted curve')")
    move_to(page, 33)
    assert page.locator("[data-readout=train_loss] dd:not(.lab-own)").text_content() != weak
    assert page.locator(".lab-verdict").get_attribute("data-kind") in ("underfits", "collapsed")
    wait_for(page, f"{figure('loss')}.getAttribute('aria-label').startsWith('λ 1. Loss up to')")


def test_a_click_on_the_path_picks_its_network(page: Page) -> None:
    spot = page.evaluate(f"""() => {{
      const plot = {figure("path")}, axis = plot._fullLayout.xaxis, box = plot.getBoundingClientRect();
      return [box.left + axis._offset + axis.d2p(-1) + 2, box.top + plot._fullLayout.yaxis._offset + 30];
    }}""")
    page.mouse.click(*spot)
    wait_for(page, "document.querySelector('[data-scrub=lambda] output').textContent === '0.12'")


def test_two_sliders_span_the_plane_of_strengths_and_epochs(page: Page) -> None:
    run_to(page, 100)
    pause(page)
    move_to(page, 0)
    wait_for(page, READY)  # on a busy machine a costly chart follows the hand later
    now = page.evaluate(f"{fit_curve()}.join()")  # as JavaScript writes numbers
    rewind = page.get_by_label("Rewind")
    rewind.focus()
    wait_for(page, "overfitLab.frames > 5")
    page.keyboard.press("Home")
    wait_for(page, "overfitLab.shownEpoch === 0")
    assert page.evaluate(f"{fit_curve()}.join()") != now
    wait_for(
        page, f"new Set({figure('path')}.data.find((t) => t.name === 'training').y).size === 1"
    )  # one start for all
    page.keyboard.press("ArrowRight")
    wait_for(page, "overfitLab.shownEpoch > 0")
    press(page, "Live")
    wait_for(page, f"{fit_curve()}.join() === '{now}'")


def test_the_playground_goes_on_from_the_chosen_network_and_leads_back(page: Page) -> None:
    run_to(page, 300)
    pause(page)
    move_to(page, 20)
    page.locator("[data-scrub=lambda] input").dispatch_event("change")
    wait_for(page, READY)  # on a busy machine a costly chart follows the hand later
    curve = page.evaluate(f"Array.from({fit_curve()})")
    press(page, "Open in Playground")
    page.get_by_text("This run continues the network of the λ path with λ = 0.0093").first.wait_for()
    wait_for(page, READY)
    there = page.evaluate(f"Array.from({fit_curve()})")
    assert there == pytest.approx(curve, abs=1e-5)
    assert "l2=0.0093" in page.url
    press(page, "Run")
    wait_for(page, "overfitLab.lastEpoch > 5 && overfitLab.strengths.l2 > 0.009")
    page.get_by_role("link", name="λ path of this").click()
    page.get_by_role("button", name="Open in Playground").wait_for()
    wait_for(page, "document.querySelectorAll('[data-figure=path]').length === 1 && overfitLab.shownEpoch > 300")
    wait_for(page, "overfitLab.picked.lambda === 20")


def test_a_past_moment_is_what_the_playground_goes_on_from(page: Page) -> None:
    run_to(page, 300)
    pause(page)
    move_to(page, 0)
    rewind_to_the_start(page)
    epoch = 0
    for _ in range(5):
        page.keyboard.press("ArrowRight")
        wait_for(page, f"overfitLab.shownEpoch > {epoch} && !overfitLab.isBehind()")
        epoch = page.evaluate("overfitLab.shownEpoch")
    assert epoch < page.evaluate("overfitLab.lastEpoch")
    curve = page.evaluate(f"Array.from({fit_curve()})")
    press(page, "Open in Playground")
    page.get_by_text(f"with λ = 0 of L2, trained for {epoch:,} epochs").first.wait_for()
    wait_for(page, READY)
    assert page.evaluate(f"Array.from({fit_curve()})") == pytest.approx(curve, abs=1e-5)


def rewind_to_the_start(page: Page) -> None:
    rewind = page.get_by_label("Rewind")
    rewind.focus()
    wait_for(page, "overfitLab.frames > 5")
    rewind.press("Home")
    wait_for(page, "overfitLab.shownEpoch === 0")


def test_moments_that_come_after_the_hand_has_left_are_what_the_playground_goes_on_from(page: Page) -> None:
    run_to(page, 300)
    pause(page)
    page.evaluate("""() => {
      const send = WebSocket.prototype.send;
      window.held = [];
      WebSocket.prototype.send = function (message) {
        if (String(message).includes('"frames"')) window.held.push(() => send.call(this, message));
        else send.call(this, message);
      };
    }""")
    page.get_by_label("Rewind").press("Home")
    assert page.evaluate("overfitLab.shownEpoch") > 300
    page.evaluate("window.held.forEach((send) => send())")
    wait_for(page, "overfitLab.shownEpoch === 0")
    press(page, "Open in Playground")
    page.get_by_text("trained for 0 epochs").first.wait_for()


def test_the_moment_that_is_shown_stays_while_more_are_kept(page: Page) -> None:
    run_to(page, 30)
    rewind_to_the_start(page)
    page.keyboard.press("ArrowRight")
    wait_for(page, "overfitLab.shownEpoch > 0")
    rewind = page.get_by_label("Rewind")
    for _ in range(4):
        rewind.press("ArrowRight")
    drawn = "(done) => requestAnimationFrame(() => done([overfitLab.shownEpoch, overfitLab.lastEpoch]))"
    shown, epoch = page.evaluate(f"() => new Promise({drawn})")
    wait_for(page, f"overfitLab.lastEpoch > 2 * {epoch}")  # an answer that was under way has come
    n_frames = page.evaluate("overfitLab.frames")
    wait_for(page, f"overfitLab.lastEpoch > 4 * {epoch}")
    rewind.blur()
    rewind.focus()
    assert page.evaluate("[overfitLab.shownEpoch, overfitLab.frames]") == [shown, n_frames]
    press(page, "Open in Playground")
    page.get_by_text(f"trained for {shown:,} epochs").first.wait_for()


def test_a_visit_elsewhere_ends_the_rewind(page: Page) -> None:
    run_to(page, 300)
    pause(page)
    rewind_to_the_start(page)
    page.get_by_role("link", name="Playground", exact=True).click()
    page.get_by_role("slider", name="L1 strength λ₁").wait_for()
    page.get_by_role("link", name="λ path", exact=True).click()
    wait_for(page, "document.querySelector('[data-figure=path]') && overfitLab.shownEpoch > 300")
    shown = page.evaluate("overfitLab.shownEpoch")
    press(page, "Open in Playground")
    page.get_by_text(f"trained for {shown:,} epochs").first.wait_for()


def test_a_reload_finds_the_path_again(page: Page) -> None:
    run_to(page, 200)
    page.reload()
    wait_for(page, "window.overfitLab && overfitLab.shownEpoch > 200")  # it goes on: no moment at which all is drawn
    pause(page)


@pytest.mark.parametrize("kind", ["", "&path_start=warm", "&path_view=rates"])
def test_a_new_start_goes_into_the_sidebar_and_the_link(address: str, open_page: OpenPage, kind: str) -> None:
    page = open_page(address + QUICK + "&values=0,0.01" + kind)
    press(page, "New start")
    page.wait_for_url("**seed=1**")
    wait_for(page, f"{READY} && overfitLab.seed === 1 && !document.querySelector('.lab-status').textContent")
    press(page, "New start")
    page.wait_for_url("**seed=2**")


def test_what_is_trained_can_be_downloaded_in_the_middle(page: Page) -> None:
    run_to(page, 50)
    pause(page)
    with page.expect_download() as download:
        press(page, "Download the path")
    text = download.value.path().read_text(encoding="utf-8").splitlines()
    assert text[1].startswith("# experiment: {") and "/path?" in text[2]
    rows = list(csv.DictReader(line for line in text if not line.startswith("#")))
    assert len(rows) == 34 and int(rows[0]["epoch"]) > 50
    shown = page.evaluate(f"Array.from({figure('path')}.data.find((t) => t.name === 'validation').y)")
    assert [float(row["val_loss"]) for row in rows] == pytest.approx(shown, rel=1e-5)


def test_a_diverged_network_is_marked_and_its_neighbours_go_on(address: str, open_page: OpenPage) -> None:
    page = open_page(f"{address}{QUICK}&optimizer=sgd&learning_rate=0.05&values=0.0,0.01,1000000.0")
    run_to(page, 50)
    wait_for(page, f"Array.from({figure('path')}.data.find((t) => t.name === 'diverged').x).join() === '6'")
    assert page.evaluate(f"Array.from({figure('path')}.data.find((t) => t.name === 'training').y, Number.isFinite)") == [
        True, True, False,
    ]  # fmt: skip
    assert not page.locator(".lab-verdict[data-banner]").count()


def test_tables_and_phone(address: str, open_page: OpenPage) -> None:
    page = open_page(address + QUICK, viewport=PHONE, has_touch=True)
    run_to(page, 20)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    pause(page)
    unfold(page)
    for mark in page.locator(".lab-help").all():  # explanations span the stage, none begins or ends out of sight
        mark.focus()
        ends = mark.evaluate("(m) => { const s = getComputedStyle(m, '::after'); return [s.left, s.right]; }")
        assert ends == ["0px", "0px"]
    for name in ("path", "weight_paths", "path_sparsity"):
        card = page.locator(f"[data-figure={name}]")
        card.get_by_role("button", name="table").click()
        card.locator("table td").first.wait_for()
        rows = card.locator("table").filter(has_text="L2 strength").first.locator("tbody th").all_inner_texts()
        assert rows[:2] == ["0", "1e-5"] and "1" in rows  # λ, not its place on the axis
    first = page.locator("[data-figure=path] table").first
    assert first.locator("caption").inner_text() == "Loss against λ – loss (mean per row)"
    assert first.locator("thead th").all_inner_texts()[1:4] == ["training", "validation", "overfits"]
    bar = page.locator(".lab-scrubs").bounding_box()
    assert (
        bar is not None and 0 <= bar["y"] < PHONE["height"] - bar["height"]
    )  # the sliders stay in view however far one has scrolled


def test_the_map_of_learning_rates_fills(address: str, open_page: OpenPage) -> None:
    page = open_page(f"{address}{QUICK}&path_view=rates")
    run_to(page, 5)
    wait_for(page, f"{figure('grid')}.data[0].z.length === 9 && {figure('grid')}.data[0].z[0].length === 17")
    wait_for(page, f"{figure('grid')}.data[1].x.length === 1")
