"""Lessons in a real browser: a whole one on a phone, a sketch by mouse and by keys, a reload, a sheet on paper, axe."""

import pytest
from playwright.sync_api import Page, expect

from core.lessons.catalog import LESSONS
from tests.browser.conftest import PHONE, READY, OpenPage, press, wait_for
from tests.browser.test_access import AXE, axe_is_content

CARD = "document.querySelector('[class*=st-key-lessons]')"
DRAWING = "document.querySelectorAll('svg[role=group] circle').length === 9"
SHEET = "document.querySelector('img.lesson-picture')?.complete"
HEIGHTS = (
    "[...document.querySelectorAll('svg[role=group] circle')].map((dot) => dot.getAttribute('aria-valuenow')).join('')"
)


def train(page: Page) -> None:
    press(page, "Run")
    page.get_by_role("button", name="Run on", exact=True).wait_for(timeout=90_000)
    page.get_by_role("button", name="Next", exact=True).and_(page.locator(":enabled")).wait_for()


def after(page: Page, number: int) -> None:
    """Go to the next step, and wait until it is there."""
    press(page, "Next")
    page.get_by_text(f"Step {number} of").wait_for()


def test_a_whole_lesson_on_a_phone(address: str, open_page: OpenPage) -> None:
    page = open_page(f"{address}/lessons", PHONE, CARD, has_touch=True, is_mobile=True)
    page.get_by_role("button", name="Begin").first.tap()
    wait_for(page, READY)
    page.get_by_text("It falls, then stays where it is").tap()
    after(page, 2)
    train(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    after(page, 3)
    page.get_by_text("Early, where the validation loss is lowest").tap()
    page.get_by_text("At epoch").wait_for()
    after(page, 4)
    page.get_by_text("Training on is not harmless").wait_for()  # the answer to what was chosen
    names = "document.querySelector('[data-figure=loss] .lab-plot').data.map((trace) => trace.name)"
    assert "your prediction (its shape)" in page.evaluate(names)
    after(page, 5)
    field = page.get_by_label("L2 strength λ₂, exact value")
    field.fill("0.003")
    field.press("Enter")
    page.get_by_text("Done:").wait_for(timeout=90_000)


def test_a_reload_loses_nothing(address: str, open_page: OpenPage) -> None:
    page = open_page(f"{address}/lessons?lesson=gap")
    page.get_by_text("It falls, then rises again").click()
    after(page, 2)
    train(page)
    after(page, 3)
    page.reload()
    wait_for(page, READY)
    page.get_by_text("Step 3 of").wait_for()
    page.get_by_text("Early, where the validation loss is lowest").click()
    page.get_by_text("At epoch").wait_for()  # the run of before the reload has been found


def test_a_curve_is_sketched_with_the_mouse_and_moved_by_keys(address: str, open_page: OpenPage) -> None:
    page = open_page(f"{address}/lessons?lesson=dial&step=2", ready=DRAWING)
    box = page.locator("svg[role=group]").bounding_box()
    assert box is not None
    page.get_by_text("Give all 9 places a height to go on.").wait_for()
    page.mouse.click(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.5)
    page.get_by_text("8 of 9 places have no height yet.").wait_for()
    places = [(0.13, 0.15), (0.5, 0.7), (0.93, 0.2)]
    points = [(box["x"] + box["width"] * x, box["y"] + box["height"] * y) for x, y in places]
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points:
        page.mouse.move(*point, steps=6)
    page.mouse.up()
    page.get_by_role("button", name="Next", exact=True).and_(page.locator(":enabled")).wait_for()
    drawn = page.evaluate(HEIGHTS)
    assert len(drawn) == 9 and int(drawn[0]) > int(drawn[4]) < int(drawn[-1])
    first = page.get_by_role("slider").first
    first.focus()
    page.keyboard.press("ArrowDown")
    wait_for(page, f"{HEIGHTS} === '{int(drawn[0]) - 1}{drawn[1:]}'")
    page.keyboard.press("ArrowRight")
    assert (
        page.evaluate("document.activeElement.getAttribute('aria-label')")
        == "Height at place 2 of 9; arrow keys move it"
    )


def test_on_a_phone_a_finger_sketches_and_the_page_stands_still(address: str, open_page: OpenPage) -> None:
    page = open_page(f"{address}/lessons?lesson=dial&step=2", PHONE, DRAWING, has_touch=True, is_mobile=True)
    assert page.evaluate("getComputedStyle(document.querySelector('svg[role=group]')).touchAction") == "none"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("key", LESSONS)
def test_a_sheet_goes_on_one_page_without_the_navigation(address: str, open_page: OpenPage, key: str) -> None:
    page = open_page(f"{address}/lessons?lesson={key}&sheet=1", ready=SHEET)
    page.emulate_media(media="print")
    expect(page.get_by_test_id("stHeader")).to_be_hidden()
    expect(page.get_by_role("button", name="Open the lesson")).to_be_hidden()
    for paper in ("A4", "Letter"):
        assert page.pdf(format=paper).count(b"/Type /Page\n") == 1
    page.emulate_media(media="screen")


CASES = {
    "list": ("/lessons", CARD),
    "predict": ("/lessons?lesson=gap", READY),
    "order": ("/lessons?lesson=ranking&said=1.l2-earlystopping-dropout-ensemble-nothing", CARD),
    "sketch": ("/lessons?lesson=dial&step=2", DRAWING),
    "worked": ("/lessons?lesson=bias", CARD),
    "explain": ("/lessons?lesson=zeros&step=4&said=1.both", READY),
    "sheet": ("/lessons?lesson=descent&sheet=1", SHEET),
    "answers": ("/answers", "document.querySelector('[class*=st-key-answers]')"),
}


@pytest.mark.parametrize(("name", "first"), list(zip(CASES, ["dark", "light"] * len(CASES), strict=False)))
def test_axe_finds_nothing(address: str, open_page: OpenPage, name: str, first: str) -> None:
    path, ready = CASES[name]
    page = open_page(address + path, ready=ready, color_scheme=first, bypass_csp=True)
    page.wait_for_timeout(900)  # what fades in has its colours
    page.evaluate(AXE.read_text())
    axe_is_content(page, first, 8)
    axe_is_content(page, {"light": "dark", "dark": "light"}[first], 8)


@pytest.mark.parametrize("key", LESSONS)
def test_every_lesson_runs_to_its_answer(address: str, open_page: OpenPage, key: str) -> None:
    """The run of each lesson, from its step: its end is noticed, and the next step opens."""
    lesson = LESSONS[key]
    page = open_page(f"{address}/lessons?lesson={key}&step={lesson.first_run + 1}")
    press(page, "Run")
    page.get_by_role("button", name="Next", exact=True).and_(page.locator(":enabled")).wait_for(timeout=120_000)


@pytest.mark.parametrize("query", ["?lesson=gap&step=3", "?lesson=gap&sheet=1"])
def test_the_name_of_the_page_leads_to_the_list_and_back_to_the_lesson(
    address: str, open_page: OpenPage, query: str
) -> None:
    page = open_page(f"{address}/lessons{query}", ready=CARD)
    sign = "Step 3 of" if "step" in query else "sheet for the lecturer"
    page.get_by_text(sign).wait_for()
    page.get_by_role("link", name="Lessons", exact=True).click()
    page.get_by_text("Ten short lessons").wait_for()
    assert page.evaluate("location.search") == ""
    page.evaluate("history.back()")
    page.get_by_text(sign).wait_for()
    page.locator("body").press("r")  # a rerun is no press
    page.wait_for_timeout(1500)
    expect(page.get_by_text(sign)).to_be_visible()


def test_on_a_phone_the_list_of_pages_closes_over_the_list_of_lessons(address: str, open_page: OpenPage) -> None:
    page = open_page(f"{address}/lessons?lesson=dial&step=2", PHONE, DRAWING, has_touch=True, is_mobile=True)
    page.get_by_test_id("stExpandSidebarButton").tap()
    page.get_by_role("link", name="Lessons", exact=True).tap()
    page.get_by_text("Ten short lessons").wait_for()
    wait_for(page, "document.querySelector('[data-testid=stSidebar]').getBoundingClientRect().right <= 0")


@pytest.mark.parametrize("reloads", [False, True])
def test_back_and_forward_go_step_by_step(address: str, open_page: OpenPage, reloads: bool) -> None:
    page = open_page(f"{address}/lessons", ready=CARD)
    page.locator(".st-key-lessons-of-dial").get_by_role("button", name="Begin").click()
    page.get_by_text("Step 1 of").wait_for()
    wait_for(page, "location.search.includes('step=1')")
    after(page, 2)
    wait_for(page, "location.search.includes('step=2')")
    if reloads:
        page.reload()
        page.get_by_text("Step 2 of").wait_for()
        wait_for(page, DRAWING)
    for go, sign in (
        ("back", "Step 1 of"),
        ("back", "Ten short lessons"),
        ("forward", "Step 1 of"),
        ("forward", "Step 2 of"),
    ):
        page.evaluate(f"history.{go}()")
        page.get_by_text(sign).wait_for()
