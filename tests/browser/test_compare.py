"""The Compare page in Chromium: one clock, a slider per penalty, the table, rewind, reload, link, phone and dark."""

import re

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import PHONE, OpenPage, figure, pause, press, wait_for

SIX = "none,l1_proximal,l1_subgradient,l2,elastic_net,dropout"
LINK = "/compare?data=moons&n_train=30&noise_std=1.2&hidden_sizes=8&n_epochs=100000&activation=relu"
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
    page = open_page(f"{address}{LINK}&variants={SIX}")
    assert page.evaluate(f"{ROWS}.length") == 6
    assert page.evaluate(f"{figure('compare_val_loss')}.data.length") == 12
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
    page = open_page(f"{address}{LINK}")
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
    page = open_page(f"{address}{LINK}")
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
    page = open_page(f"{address}{LINK}&variants=none,l2&n_starts=4&compare_l2=1e-9")
    wait_for(page, f"{figure('compare_gap')}.data?.filter((trace) => trace.fill === 'tonexty').length === 2")
    press(page, "Run")
    wait_for(page, "overfitLab.shownEpoch > 20")
    wait_for(
        page,
        "document.querySelector('[data-figure=numbers]').textContent.includes('smaller than the spread over 4 starts')",
    )
    assert re.fullmatch(r"[\d.]+ ± [\d.]+", page.evaluate(cell(1, 2)))


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
