"""The Playground's first screen: what is seen before scrolling, the presets, the short verdict, the projector's view."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Page, expect

from core.presets import PRESETS
from core.settings.experiment import Experiment
from tests.browser.conftest import LAPTOP, LONG, PHONE, OpenPage, press, type_strength, wait_for

ZOOMED = {"width": 640, "height": 400}  # a laptop at 200 %
SMALL = {"width": 320, "height": 640}
PLOT = "document.querySelector('[data-figure=fit] .nsewdrag')"


@pytest.fixture
def page(address: str, open_page: OpenPage) -> Page:
    return open_page(address + LONG)


def box_of(page: Page, selector: str) -> dict[str, float]:
    box = page.locator(selector).first.bounding_box()
    assert box is not None, selector
    return dict(box)


def seen(page: Page, selector: str) -> dict[str, float]:
    """Return the box of an element that lies inside the window, none of it below the dock."""
    box, window = box_of(page, selector), page.viewport_size
    assert window is not None
    assert box["x"] >= 0 and box["x"] + box["width"] <= window["width"] + 1, selector
    assert box["y"] >= 0 and box["y"] + box["height"] <= window["height"] + 1, selector
    return box


def experiment_of(page: Page) -> Experiment:
    query = dict(parse_qsl(urlsplit(page.url).query))
    query.pop("present", None)
    experiment, problems = Experiment.from_query(query)
    assert problems == []
    return experiment


# --- what is seen ---


def test_on_a_laptop_the_fit_is_the_screen_and_nothing_lies_below_the_fold(page: Page) -> None:
    dock = seen(page, ".lab-dock")
    for name in ("fit", "loss", "histograms"):
        box = seen(page, f"[data-figure={name}]")
        assert box["y"] + box["height"] <= dock["y"]
    plot = page.evaluate(f"(({PLOT}).getBoundingClientRect().toJSON())")
    assert plot["width"] * plot["height"] > 0.2 * LAPTOP["width"] * LAPTOP["height"]  # it was 5 %
    assert box_of(page, ".lab-hero-main")["height"] >= 480
    assert 0.55 < box_of(page, ".lab-hero-main")["width"] / box_of(page, ".lab-hero")["width"] < 0.65
    for name in ("l1", "l2"):
        seen(page, f"[data-control={name}]")
    assert page.locator(".lab-dock .lab-readouts dt > span:first-child").all_inner_texts() == [
        "Epoch", "Training loss", "Validation loss", "Gap",
    ]  # fmt: skip


def test_the_dock_stays_while_the_page_scrolls_and_hides_nothing_at_the_end(page: Page) -> None:
    before = box_of(page, ".lab-dock")
    page.get_by_test_id("stMain").evaluate("(main) => main.scrollTo(0, main.scrollHeight)")
    assert box_of(page, ".lab-dock") == before
    last = page.locator("[data-testid=stMainBlockContainer] [data-testid=stExpander]").last.bounding_box()
    assert last is not None and last["y"] + last["height"] <= before["y"]


@pytest.mark.parametrize("viewport", [PHONE, ZOOMED, SMALL], ids=["phone", "zoomed", "small"])
def test_on_small_windows_fit_and_both_strengths_are_seen_together(
    address: str, open_page: OpenPage, viewport: dict[str, int]
) -> None:
    page = open_page(address + LONG, viewport)
    dock = seen(page, ".lab-dock")
    for name in ("l1", "l2"):
        seen(page, f"[data-control={name}] input[type=range]")
    plot = page.evaluate(f"(({PLOT}).getBoundingClientRect().toJSON())")
    assert (
        plot["top"] + (150 if viewport == PHONE else 60) < plot["bottom"] <= dock["y"]
    )  # the whole fit, not its upper part
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    assert page.get_by_test_id("stMain").evaluate("(main) => main.scrollWidth") <= viewport["width"]


def test_on_a_phone_what_is_pressed_is_as_large_as_a_finger(address: str, open_page: OpenPage) -> None:
    page = open_page(address + LONG, PHONE, has_touch=True)
    heights = "(all) => all.filter((e) => e.offsetParent).map((e) => [e.textContent || e.type, e.offsetHeight])"
    found = page.locator(":is(.lab-dock, .lab-corner, .lab-strip) :is(button, input[type=range])").evaluate_all(heights)
    assert len(found) > 8
    assert [one for one in found if one[1] < 44] == []


def test_on_a_phone_no_chart_is_taller_than_the_screen(address: str, open_page: OpenPage) -> None:
    page = open_page(address + LONG, PHONE)
    heights = page.locator(".lab-plot").evaluate_all("(all) => all.map((one) => one.offsetHeight)")
    assert len(heights) > 3 and all(150 < height < 400 for height in heights)


# --- presets ---


def test_a_preset_is_one_press_and_ends_at_the_epoch_that_its_text_names(page: Page) -> None:
    chip = page.get_by_role("button", name="L1 prunes", exact=True)
    chip.click()
    wait_for(page, "location.search.includes('l1=0.001') && overfitLab.strengths.l1 === 0.001")
    expect(chip).to_have_attribute("aria-pressed", "true")
    assert experiment_of(page) == PRESETS["l1"].experiment
    press(page, "Run")
    page.get_by_role("button", name="Run on", exact=True).wait_for()
    assert page.evaluate("overfitLab.lastEpoch") == 1000
    expect(page.locator(".lab-verdict")).to_have_attribute("data-kind", "fits")
    assert page.locator(".lab-verdict [aria-live]").inner_text() == "Good fit: it does almost as well on new points."


def test_the_exercises_open_by_the_keyboard_and_close_by_escape(page: Page) -> None:
    exercises = page.get_by_role("button", name="Exercises", exact=True)
    exercises.focus()
    page.keyboard.press("Enter")
    clouds = page.get_by_role("button", name=PRESETS["clouds"].label)
    clouds.wait_for()
    page.keyboard.press("Escape")
    clouds.wait_for(state="hidden")
    assert page.evaluate("document.activeElement.textContent") == "Exercises"
    page.keyboard.press("Enter")
    clouds.click()
    wait_for(page, "location.search.includes('data=gaussians')")
    wait_for(page, "overfitLab.draws > 0 && !overfitLab.isBehind()")
    assert experiment_of(page) == PRESETS["clouds"].experiment
    clouds.wait_for(state="hidden")


# --- the verdict and its button ---


def test_where_it_memorises_one_press_calms_it(page: Page) -> None:
    press(page, "Run")
    page.get_by_role("button", name="Try λ₂ = 0.003", exact=True).click()
    wait_for(page, "overfitLab.strengths.l2 === 0.003")
    page.wait_for_url("**l2=0.003*")
    press(page, "Pause")
    curve = (
        "document.querySelector('[data-figure=fit] .lab-plot').data.find((t) => t.name === 'before the last change').y"
    )
    wait_for(page, f"Array.from({curve}).some(Number.isFinite)")  # what was there before


def test_its_few_words_have_the_numbers_behind_them(page: Page) -> None:
    press(page, "Run")
    verdict = "document.querySelector('.lab-verdict')"
    read = (
        f"(window.read = [{verdict}.dataset.kind, {verdict}.querySelector('[aria-live]').innerText, {verdict}.title])"
    )
    wait_for(page, f"{read}[0] === 'overfits'")  # read at one moment: at its turn a run goes to and fro
    _, words, title = page.evaluate("window.read")
    assert not any(letter.isdigit() for letter in words) and len(words) < 60
    assert title.startswith("Overfits") and any(letter.isdigit() for letter in title)


# --- sharing and showing ---


def test_the_link_that_is_copied_is_the_address(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    press(page, "Copy link")
    page.get_by_text("Link copied.").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == page.url


def test_for_a_projector_type_is_large_and_keys_do_everything(address: str, open_page: OpenPage) -> None:
    page = open_page(address + LONG, {"width": 1920, "height": 1080})
    page.keyboard.press("p")
    page.wait_for_url("**present=1*")
    small = """() => [...document.querySelectorAll('.lab-stage *')].filter((e) => e.offsetParent && e.textContent.trim()
      && [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()) && !e.closest('.lab-look, .lab-help')
      && parseFloat(getComputedStyle(e).fontSize) < 20).map((e) => `${e.className} ${e.textContent}`)"""
    wait_for(page, "!overfitLab.isBehind()")
    assert page.evaluate(small) == []
    assert not page.get_by_test_id("stHeader").is_visible()
    assert page.locator(".lab-hero .lab-chart:visible").count() == 2
    page.keyboard.press("Space")
    wait_for(page, "overfitLab.lastEpoch > 5")
    page.keyboard.press("2")
    page.keyboard.press("ArrowUp")
    wait_for(page, "overfitLab.strengths.l2 > 0")
    page.wait_for_url("**l2=*")
    page.keyboard.press("Space")
    page.get_by_role("button", name="Run", exact=True).wait_for()
    epoch = page.evaluate("overfitLab.shownEpoch")
    page.keyboard.press("ArrowLeft")
    wait_for(page, f"overfitLab.shownEpoch < {epoch}")
    page.reload()
    wait_for(page, "window.overfitLab && overfitLab.draws > 0 && !overfitLab.isBehind()")
    assert not page.get_by_test_id("stHeader").is_visible() and "present=1" in page.url
    page.keyboard.press("P")
    page.get_by_test_id("stHeader").wait_for()
    page.wait_for_url(lambda url: "present" not in url)


def test_a_smaller_projector_has_the_four_numbers_and_its_keys_work_after_the_line_of_time(
    address: str, open_page: OpenPage
) -> None:
    page = open_page(address + LONG + "&present=1")
    wait_for(page, "!overfitLab.isBehind()")
    for name in ("epoch", "train_loss", "val_loss", "gap"):
        seen(page, f".lab-dock [data-readout={name}] dd")
    page.keyboard.press("Space")
    wait_for(page, "overfitLab.lastEpoch > 5")
    page.keyboard.press("ArrowLeft")  # the line of time has the focus now
    wait_for(page, "overfitLab.frames > 0")
    page.keyboard.press("2")
    page.keyboard.press("ArrowUp")
    wait_for(page, "overfitLab.strengths.l2 > 0")
    page.keyboard.press("Space")
    page.get_by_role("button", name="Run", exact=True).wait_for()


def test_typing_a_number_is_no_key_of_the_projector(page: Page) -> None:
    field = page.locator("[data-control=l2] input[type=number]")
    field.focus()
    page.keyboard.press("p")
    assert not page.evaluate("document.documentElement.classList.contains('lab-presenting')")


# --- who comes without a link ---


def test_the_first_preset_plays_by_itself_and_the_first_touch_goes_on_live(address: str, open_page: OpenPage) -> None:
    page = open_page(address)
    wait_for(page, "overfitLab.shownEpoch > 20")
    assert page.evaluate("overfitLab.lastEpoch") == 0  # nothing is trained for it
    hint = page.locator(".lab-hint")
    hint.wait_for()
    assert page.evaluate("[overfitLab.shownEpoch, overfitLab.lastEpoch]") == [1000, 0]
    assert hint.get_attribute("data-control") == "l2" and hint.get_attribute("data-hint") == "Now drag this"
    expect(page.locator(".lab-verdict")).to_have_attribute("data-kind", "overfits")
    slider = page.locator("[data-control=l2] input[type=range]")
    slider.focus()
    for _ in range(3):
        page.keyboard.press("PageUp")
    wait_for(page, "overfitLab.strengths.l2 > 0 && overfitLab.lastEpoch > 1000")
    page.wait_for_url("**l2=*")
    assert page.locator(".lab-hint").count() == 0


def test_run_in_the_midst_of_it_goes_on_from_the_moment_shown(address: str, open_page: OpenPage) -> None:
    page = open_page(address)
    wait_for(page, "overfitLab.shownEpoch > 20")
    press(page, "Pause")
    page.get_by_role("button", name="Run", exact=True).wait_for()
    epoch = page.evaluate("overfitLab.shownEpoch")
    page.wait_for_timeout(400)
    assert page.evaluate("[overfitLab.shownEpoch, overfitLab.lastEpoch]") == [epoch, 0]
    press(page, "Run")
    wait_for(page, f"overfitLab.lastEpoch > {epoch}")


def test_a_reset_in_the_midst_of_it_is_seen(address: str, open_page: OpenPage) -> None:
    page = open_page(address)
    wait_for(page, "overfitLab.shownEpoch > 20")
    press(page, "Reset")
    wait_for(page, "overfitLab.shownEpoch === 0")
    page.wait_for_timeout(500)
    assert page.evaluate("[overfitLab.shownEpoch, overfitLab.lastEpoch]") == [0, 0]


def test_the_line_of_time_goes_where_it_is_pressed_at_its_first_use(address: str, open_page: OpenPage) -> None:
    page = open_page(address, reduced_motion="reduce")
    page.locator(".lab-hint").wait_for()
    box = page.get_by_label("Rewind").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 0.4 * box["width"], box["y"] + box["height"] / 2)
    wait_for(page, "overfitLab.frames > 10 && overfitLab.shownEpoch > 5 && overfitLab.shownEpoch < 600")
    assert page.get_by_role("button", name="Live", exact=True).is_enabled()


def test_a_strength_moved_while_the_opening_stands_still_says_to_press_run(address: str, open_page: OpenPage) -> None:
    page = open_page(address)
    wait_for(page, "overfitLab.shownEpoch > 20")
    press(page, "Pause")
    type_strength(page, "l2", "0.01")
    assert page.locator(".lab-status").inner_text() == "It stands still: press Run to see what this does."


def test_with_reduced_motion_its_end_is_shown_at_once(address: str, open_page: OpenPage) -> None:
    page = open_page(address, reduced_motion="reduce")
    page.locator(".lab-hint").wait_for()
    assert page.evaluate("overfitLab.draws") < 10 and page.evaluate("overfitLab.shownEpoch") == 1000


def test_a_link_stands_still_until_run(page: Page) -> None:
    page.wait_for_timeout(1500)
    assert page.evaluate("[overfitLab.shownEpoch, overfitLab.lastEpoch]") == [0, 0]
