"""Data chosen by their pictures: with the mouse, with the keys, and in step with the list below them."""

from playwright.sync_api import Page, expect

from core.data import DATASETS
from tests.browser.conftest import OpenPage


def pictures(page: Page):
    return page.get_by_role("radiogroup", name="Data in pictures").get_by_role("radio")


def test_a_picture_is_chosen_by_mouse_or_keys_and_names_itself(address: str, open_page: OpenPage) -> None:
    page = open_page(f"{address}/path")
    expect(pictures(page)).to_have_count(len(DATASETS))
    spiral = pictures(page).nth([*DATASETS].index("spiral"))
    expect(spiral).to_have_accessible_name("Spiral")
    shown = spiral.evaluate("(b) => getComputedStyle(b).backgroundImage.includes('datasets.svg')")
    assert shown and spiral.bounding_box()["width"] >= 44
    spiral.click()
    page.wait_for_url("**data=spiral**")
    expect(spiral).to_have_attribute("aria-checked", "true")
    expect(page.get_by_role("combobox", name="Data").first).to_have_value("Spiral")
    spiral.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    page.wait_for_url("**data=moons**")


def test_the_list_below_moves_the_mark(address: str, open_page: OpenPage) -> None:
    page = open_page(f"{address}/path")
    field = page.get_by_role("combobox", name="Data").first
    field.fill("Moons")
    field.press("Enter")
    page.wait_for_url("**data=moons**")
    expect(pictures(page).nth([*DATASETS].index("moons"))).to_have_attribute("aria-checked", "true")
    page.goto(f"{address}/path?data=my_curve")
    expect(page.get_by_role("radiogroup", name="Data in pictures").locator("[aria-checked=true]")).to_have_count(0)
