"""The Compare page in Chromium: one clock, a slider per penalty, the table, rewind, reload, link, phone and dark."""

import re

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import PHONE, OpenPage, figure, pause, press, wait_for
from tests.browser.test_connection import JOB

SIX = "none,l1_proximal,l1_subgradient,l2,elastic_net,dropout"
LINK = "/compare?data=moons&n_train=30&noise_std=1.2&hidden_sizes=8&n_epochs=300000&activation=relu"
TALL = {"width": 1280, "height": 2600}  # every chart in view, for only those are drawn
ROWS = "[...document.querySelectorAll('[data-figure=numbers] tbody tr:not(.lab-note)')]"


def cell(row: int, column: int) -> str:
    return f"{ROWS}[{row}].cells[{column}].textContent"


def sidebar_value(page: Page, name: str) -> str:
    return page.evaluate("(name) => new URL(location.href).searchParams.get(name)", name)


def move(page: Page, key: str, position: int) -> None:
    """Move a live slider and let it go."""
    page.evaluate(
        """([key, position]) => {
          const range = document.querySelector(`[data-control=${key}] input[type=range]`);
          range.value = position;
          range.dispatchEvent(new Event("input", {bubbles: true}));
          range.dispatchEvent(new Event("change", {bubbles: true}));
        }""",
        [key, position],
    )


def test_six_penalties_run_on_one_clock_and_the_table_marks_the_best(open_page: OpenPage, address: str) -> None:
    page = open_page(f"{address}{LINK}&variants={SIX}", TALL)
    assert page.evaluate(f"{ROWS}.length") == 6
    names = page.evaluate(f"{figure('compare_val_loss')}.data.map((trace) => trace.name)")
    assert sum(name.endswith(", training") for name in names) == 6 and len(set(names)) == 6 + 6 + 2
    press(page, "Run")
    wait_for(page, "overfitLab.shownEpoch > 30")
    pause(page)
    losses = [float(page.evaluate(cell(row, 2))) for row in range(6)]
    marked = page.evaluate(f"{ROWS}.map((row) => row.cells[2].hasAttribute('data-best'))")
    assert min(loss for loss, is_best in zip(losses, marked, strict=True) if is_best) == min(losses)
    epoch = page.evaluate("overfitLab.shownEpoch")
    press(page, "Step")
    wait_for(page, f"overfitLab.shownEpoch === {epoch + 1}")
    press(page, "Reset")
    wait_for(page, "overfitLab.shownEpoch === 0")
    assert page.evaluate(f"new Set({ROWS}.map((row) => row.cells[2].textContent)).size") == 1, "all from one start"


def test_a_slider_moves_one_penalty_and_the_address_keeps_it(open_page: OpenPage, address: str) -> None:
    page = open_page(f"{address}{LINK}", TALL)
    press(page, "Run")
    move(page, "compare_l2", 900)
    wait_for(page, "overfitLab.strengths.compare_l2 > 0.1 && overfitLab.strengths.compare_l1 === 0.003")
    wait_for(page, "Number(new URL(location.href).searchParams.get('compare_l2')) === overfitLab.strengths.compare_l2")
    value = sidebar_value(page, "compare_l2")
    wait_for(page, f"Number({cell(3, 6)}) < 0.5 * Number({cell(0, 6)})")
    epoch = page.evaluate("overfitLab.shownEpoch")
    page.reload()
    wait_for(page, f"window.overfitLab && overfitLab.shownEpoch >= {epoch}")
    assert page.evaluate("overfitLab.strengths.compare_l2") == pytest.approx(float(value))


def test_rewind_shows_the_table_and_the_maps_of_then_and_goes_live_again(open_page: OpenPage, address: str) -> None:
    page = open_page(f"{address}{LINK}", TALL)
    start = page.evaluate(cell(0, 2))
    press(page, "Run")
    wait_for(page, "overfitLab.shownEpoch > 50")
    pause(page)
    rewind = page.get_by_label("Rewind")
    rewind.focus()
    rewind.press("Home")
    wait_for(page, "overfitLab.frames > 3")
    rewind.press("Home")
    wait_for(page, f"overfitLab.shownEpoch === 0 && {cell(0, 2)} === '{start}'")
    press(page, "Live")
    wait_for(page, f"overfitLab.shownEpoch > 50 && {cell(0, 2)} !== '{start}'")


def test_several_starts_show_bands_and_say_what_is_within_the_spread(open_page: OpenPage, address: str) -> None:
    page = open_page(f"{address}{LINK}&variants=none,l2&n_starts=4&compare_l2=1e-9", TALL)
    wait_for(page, f"{figure('compare_gap')}.data?.filter((trace) => trace.fill === 'tonexty').length === 2")
    press(page, "Run")
    wait_for(page, "overfitLab.shownEpoch > 20")
    wait_for(
        page,
        "document.querySelector('[data-figure=numbers]').innerText.includes('smaller than the spread over 4 starts')",
    )
    assert re.fullmatch(r"[\d.]+ ± [\d.]+", page.evaluate(cell(1, 2)))


def test_a_link_gives_another_browser_the_same_comparison(open_page: OpenPage, address: str) -> None:
    page = open_page(f"{address}{LINK}&variants={SIX}", TALL)
    move(page, "compare_l1", 800)
    move(page, "compare_dropout", 500)
    wait_for(page, "location.search.includes('compare_l1=') && location.search.includes('compare_dropout=')")
    wait_for(page, "overfitLab.strengths.compare_l1 > 0.01 && overfitLab.strengths.compare_dropout > 0.4")
    strengths = page.evaluate("overfitLab.strengths")
    assert strengths["compare_dropout"] == pytest.approx(0.45, abs=0.01)
    other = open_page(page.url, TALL)
    wait_for(other, f"overfitLab.shownEpoch === 0 && overfitLab.strengths.compare_l1 === {strengths['compare_l1']}")
    assert other.evaluate("overfitLab.strengths") == strengths
    for each in (page, other):
        press(each, "Step")
        wait_for(each, "overfitLab.shownEpoch === 1")
    texts = f"{ROWS}.map((row) => row.textContent)"
    assert page.evaluate(texts) == other.evaluate(texts)


def test_pause_stops_all_and_another_choice_of_penalties_ends_the_old_run(open_page: OpenPage, address: str) -> None:
    page = open_page(f"{address}{LINK}", TALL)
    press(page, "Run")
    wait_for(page, "overfitLab.shownEpoch > 5")
    pause(page)
    epoch = page.evaluate("overfitLab.shownEpoch")
    press(page, "Step")
    wait_for(page, f"overfitLab.shownEpoch === {epoch + 1}")
    job = page.evaluate(JOB)
    press(page, "Run")
    wait_for(page, f"overfitLab.shownEpoch > {epoch + 5}")
    page.get_by_role("button", name="Elastic net", exact=True).click()
    wait_for(page, f"{ROWS}.length === 5 && overfitLab.shownEpoch === 0 && {JOB} !== '{job}'")
    page.get_by_role("button", name="Run", exact=True).wait_for()


def test_a_visit_to_another_page_finds_the_comparison_still_going(open_page: OpenPage, address: str) -> None:
    page = open_page(f"{address}{LINK}", TALL)
    press(page, "Run")
    wait_for(page, "overfitLab.shownEpoch > 30")
    epoch = page.evaluate("overfitLab.shownEpoch")
    page.get_by_role("link", name="Playground", exact=True).click()
    wait_for(page, "document.querySelector('[data-figure=fit]') && overfitLab.shownEpoch === 0")
    page.get_by_role("link", name="Compare", exact=True).click()
    wait_for(page, f"document.querySelector('[data-figure=compare_gap]') && overfitLab.shownEpoch > {epoch}")


def test_rewind_and_a_changed_strength_are_marked_on_the_curves(open_page: OpenPage, address: str) -> None:
    page = open_page(f"{address}{LINK}", TALL)
    press(page, "Run")
    wait_for(page, "overfitLab.shownEpoch > 30")
    move(page, "compare_l2", 900)
    marks = f"{figure('compare_val_loss')}.data.find((trace) => trace.name === 'changed strength')"
    wait_for(page, f"{marks}.text?.[0]?.includes('L2 → ')")
    pause(page)
    rewind = page.get_by_label("Rewind")
    rewind.focus()
    rewind.press("Home")
    wait_for(page, "overfitLab.frames > 3")
    rewind.press("Home")
    here = f"{figure('compare_val_loss')}.data.find((trace) => trace.name === 'you are here')"
    wait_for(page, f"Array.from({here}.x).join() === '0,0'")
    page.get_by_text("The contours are those of now, not of the moment shown.").wait_for()
    press(page, "Live")
    wait_for(page, f"Array.from({here}.x).every((x) => !Number.isFinite(x))")


def test_a_theme_flip_while_it_trains_loses_nothing(open_page: OpenPage, address: str) -> None:
    page = open_page(f"{address}{LINK}", TALL, color_scheme="light")
    wait_for(page, f"{figure('geometry')}.data")
    page.evaluate("window.nodes = [...document.querySelectorAll('[data-figure], .main-svg')]")
    press(page, "Run")
    wait_for(page, "overfitLab.lastEpoch > 5")
    color = f"{figure('compare_gap')}._fullLayout.font.color"
    light, epoch = page.evaluate(color), page.evaluate("overfitLab.lastEpoch")
    page.emulate_media(color_scheme="dark")
    wait_for(page, f"{color} !== '{light}' && overfitLab.lastEpoch > {epoch} + 5")
    assert page.evaluate("window.nodes.every((node) => node.isConnected)")


CUT_OFF = """[...document.querySelectorAll('.lab-stage :is(dt span, label, h3, th, .lab-legend-entry, .lab-look, dd, button)')]
  .filter((e) => e.offsetWidth && e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== 'inline')
  .map((e) => e.textContent)"""


def test_no_label_is_cut_off_on_a_phone(open_page: OpenPage, address: str) -> None:
    page = open_page(f"{address}{LINK}&variants={SIX}", PHONE, has_touch=True, is_mobile=True)
    press(page, "Run")
    wait_for(page, "overfitLab.shownEpoch > 5")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth <= innerWidth")
    assert page.evaluate(CUT_OFF) == []
    page.get_by_text("λ in other libraries").click()
    page.get_by_role("tab", name="Elastic net").click()
    page.get_by_text("weight_decay=0.003").first.wait_for()
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth <= innerWidth")
    tops = page.evaluate(
        "[...document.querySelectorAll('.lab-readouts dd:not(.lab-own)')].map((e) => e.getBoundingClientRect().top)"
    )
    assert max(tops) - min(tops) < 1, "numbers stand on one line, however long their labels"
    ranges = page.evaluate(
        "[...document.querySelectorAll('.lab-slider input[type=range]')].map((e) => e.getBoundingClientRect().top)"
    )
    assert ranges[0] == ranges[1] and ranges[2] == ranges[3]


def test_it_fits_a_phone_in_the_dark(open_page: OpenPage, address: str) -> None:
    page = open_page(f"{address}{LINK}&n_starts=3", PHONE, has_touch=True, is_mobile=True, color_scheme="dark")
    page.locator("[data-testid=stSidebar]").wait_for(state="attached")
    press(page, "Run")
    wait_for(page, "overfitLab.shownEpoch > 5")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    wait_for(page, "document.querySelector('[data-figure=numbers] .lab-note:not([hidden]) td').textContent.length > 20")
    box = page.evaluate(
        "document.querySelector('[data-figure=numbers] .lab-note:not([hidden]) td').getBoundingClientRect().right"
    )
    assert box <= PHONE["width"], "the sentence is read without scrolling sideways"
