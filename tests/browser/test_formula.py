"""The formulas fold out above the dock, move nothing that the hand holds, and light the part of the slider under it."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import LAPTOP, LONG, PHONE, OpenPage, press, wait_for

PANEL = ".st-key-steady-playground-formulas"
# The boxes of the formulas that are seen, by what they hold, and whether they are lit.
BOXES = """() => [...document.querySelectorAll('.st-key-steady-playground-formulas .colorbox')]
  .filter((one) => getComputedStyle(one).visibility !== 'hidden')
  .map((one) => [one.parentElement.parentElement.textContent.includes('∣w∣'), getComputedStyle(one).backgroundColor])"""


def lit(page: Page) -> list[Any]:
    """Return the numbers of the boxes that are lit."""
    boxes = page.evaluate(BOXES)
    assert len(boxes) == 5  # λ₁ twice, λ₂ twice, the learning rate
    return [i for i, (_, colour) in enumerate(boxes) if not colour.endswith(" 0)")]


@pytest.mark.parametrize("viewport", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_the_part_under_the_hand_is_lit_and_nothing_moves(
    address: str, open_page: OpenPage, viewport: dict[str, int]
) -> None:
    page = open_page(address + LONG, viewport)
    places = "[...document.querySelectorAll('.lab-dock input, .lab-hero')].map((e) => JSON.stringify(e.getBoundingClientRect()))"
    before = page.evaluate(places)
    expect(page.locator(PANEL)).to_be_hidden()
    press(page, "J(w)")
    expect(page.locator(PANEL)).to_be_visible()
    assert page.evaluate(places) == before
    panel, dock = page.locator(PANEL).bounding_box(), page.locator(".lab-dock").bounding_box()
    assert panel is not None and dock is not None and abs(panel["y"] + panel["height"] - dock["y"]) <= 1
    assert lit(page) == []
    page.locator("[data-control=l1] input[type=range]").focus()
    one = lit(page)
    page.locator("[data-control=l2] input[type=range]").focus()
    other = lit(page)
    assert len(one) == len(other) == 2 and not set(one) & set(other)
    page.keyboard.press("PageUp")
    page.wait_for_url("**l2=*")
    wait_for(page, f"!document.querySelector('{PANEL} annotation').textContent.includes('0\\\\sum w^2')")
    assert lit(page) == other and page.evaluate(places)[1:] == before[1:]
    press(page, "J(w)")
    expect(page.locator(PANEL)).to_be_hidden()


def test_a_pointer_over_a_slider_lights_its_part(address: str, open_page: OpenPage) -> None:
    page = open_page(address + LONG)
    press(page, "J(w)")
    page.locator("[data-control=l2] label").hover()
    assert len(lit(page)) == 2
    page.mouse.move(600, 300)
    assert lit(page) == []
