"""The choice of pace: by mouse and by keys, a number too; it is kept for the next run, and is no part of the link."""

from playwright.sync_api import Page

from tests.browser.conftest import LONG, OpenPage, pause, press, wait_for

CHOSEN = "document.querySelector('.lab-segments input:checked')?.value"


def choose(page: Page, name: str) -> None:
    page.locator(".lab-segments label").get_by_text(name, exact=True).click()


def test_a_story_begins_slowly_and_a_pace_is_changed_by_mouse_keys_and_number(
    address: str, open_page: OpenPage
) -> None:
    page = open_page(address + LONG)
    wait_for(page, f"{CHOSEN} === 'story'")
    press(page, "Run")
    wait_for(page, "overfitLab.shownEpoch > 0")
    assert page.evaluate("overfitLab.shownEpoch") < 100
    field = page.get_by_label("Epochs per second")
    field.fill("2")
    field.press("Enter")
    wait_for(page, f"{CHOSEN} === undefined")
    first = page.evaluate("overfitLab.lastEpoch")
    page.wait_for_timeout(1500)
    assert 1 <= page.evaluate("overfitLab.lastEpoch") - first <= 40  # the first snapshot may be older than the command
    page.get_by_role("radio", name="Slow", exact=True).focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    wait_for(page, f"{CHOSEN} === 'full' && overfitLab.lastEpoch > 1000")
    assert page.get_by_role("group", name="Pace").is_visible()
    pause(page)


def test_the_pace_is_kept_for_the_next_run_and_after_a_reload_and_is_no_part_of_the_link(
    address: str, open_page: OpenPage
) -> None:
    page = open_page(address + LONG)
    choose(page, "Slow")
    press(page, "Run")
    wait_for(page, "overfitLab.shownEpoch > 0")
    before = page.evaluate("location.href")
    page.reload()
    wait_for(page, f"window.overfitLab && overfitLab.lastEpoch > 0 && {CHOSEN} === 'slow'")
    assert page.evaluate("location.href") == before
    pause(page)


def test_a_number_out_of_bounds_is_brought_inside_and_said(address: str, open_page: OpenPage) -> None:
    page = open_page(address + LONG)
    field = page.get_by_label("Epochs per second")
    field.fill("0.01")
    field.press("Enter")
    page.get_by_text("Epochs per second: expected 0.1 to 1,000,000, received 0.01; it is 0.1 now.").wait_for()
    assert field.input_value() == "0.1"
    field.fill("")
    field.press("Enter")
    assert field.input_value() == "0.1"


def test_the_studies_offer_no_pace(address: str, open_page: OpenPage) -> None:
    page = open_page(address + "/compare")
    assert page.locator(".lab-pace").is_hidden()


def test_a_run_stops_where_it_was_told_says_so_and_runs_on(address: str, open_page: OpenPage) -> None:
    page = open_page(address + LONG)
    choose(page, "Full")
    page.locator(".lab-stop > button").click()
    page.locator(".lab-stop-panel select").select_option("epoch")
    number = page.get_by_label("The number to stop at")
    number.fill("40")
    number.press("Enter")
    page.keyboard.press("Escape")
    assert page.locator(".lab-stop-panel").is_hidden()
    press(page, "Run")
    page.get_by_text("Stopped at epoch 40, as you asked.").wait_for()
    wait_for(page, "overfitLab.shownEpoch === 40")
    press(page, "Run on")
    wait_for(page, "overfitLab.shownEpoch > 80")
    pause(page)
    page.reload()
    wait_for(page, "window.overfitLab && overfitLab.shownEpoch > 40")
    assert page.locator(".lab-stop-panel select").input_value() == "epoch"


def run_until(page: Page, when: str) -> None:
    """Run at full speed, to stop at "epoch", or past the "best" loss."""
    choose(page, "Full")
    page.locator(".lab-stop > button").click()
    page.locator(".lab-stop-panel select").select_option(when)
    page.keyboard.press("Escape")
    press(page, "Run")


def test_the_epoch_to_stop_at_is_a_line_on_the_losses_that_is_dragged_and_moved_by_keys(
    address: str, open_page: OpenPage
) -> None:
    page = open_page(address + LONG)
    run_until(page, "epoch")
    page.get_by_text("Stopped at epoch 250, as you asked.").wait_for()
    line = page.get_by_role("slider", name="Epoch to stop at")
    box = line.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 60, y, steps=4)
    page.mouse.up()
    dragged = int(line.get_attribute("aria-valuenow") or 0)
    assert 100 < dragged < 250
    line.focus()
    page.keyboard.press("ArrowRight")
    assert line.get_attribute("aria-valuenow") == str(dragged + 1)
    page.get_by_role("button", name="More", exact=True).click()
    press(page, "Reset")
    wait_for(page, "overfitLab.lastEpoch === 0")
    press(page, "Run")
    page.get_by_text(f"Stopped at epoch {dragged + 1}, as you asked.").wait_for()


def test_past_the_lowest_validation_loss_the_page_goes_back_to_that_very_epoch(
    address: str, open_page: OpenPage
) -> None:
    page = open_page(address + LONG)
    run_until(page, "best")
    page.get_by_text("Stopped early at epoch").wait_for()
    wait_for(page, "overfitLab.shownEpoch < overfitLab.lastEpoch")
    star = "document.querySelector('[data-figure=loss] .lab-plot').data.find((t) => t.name === 'best epoch').x[0]"
    assert page.evaluate("overfitLab.shownEpoch") == page.evaluate(star)
    assert page.get_by_role("button", name="Live", exact=True).is_enabled()
    assert "was lowest" in page.locator(".lab-verdict [aria-live]").inner_text()
    last = page.evaluate("overfitLab.lastEpoch")
    press(page, "Run on")
    wait_for(page, f"overfitLab.shownEpoch > {last}")
