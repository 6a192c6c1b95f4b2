"""For every reader: keyboard, screen reader, table twin, dark theme, phone, what is above the fold."""

from pathlib import Path
from urllib.parse import urlencode

import axe_playwright_python
import pytest
from playwright.sync_api import Page

from core.presets import CV_START, START
from core.settings.experiment import Experiment
from core.studies.compare.variants import TASK as COMPARE
from core.studies.features.selection import TASK
from core.studies.remedies.remedy import POINTS
from tests.browser.conftest import LONG, PHONE, OpenPage, figure, pause, press, wait_for


@pytest.fixture
def page(address: str, open_page: OpenPage) -> Page:
    return open_page(address + LONG)


def test_the_page_does_not_jump_while_it_trains(page: Page) -> None:
    boxes = "document.querySelectorAll('.lab-stage > *, .lab-hero > *, .lab-dock > *')"
    places = f"JSON.stringify([...{boxes}].map((e) => [e.offsetTop, e.offsetHeight]))"
    before = page.evaluate(places)
    press(page, "Run")
    wait_for(page, "overfitLab.draws > 25")
    assert page.evaluate(places) == before


@pytest.mark.parametrize(
    ("path", "experiment"),
    [
        ("remedies", POINTS.replace(n_remedy_starts=2, n_epochs=20, hidden_sizes=(8,))),
        ("features", TASK.replace(n_epochs=150)),
        ("cv", CV_START),
    ],
)
def test_on_a_phone_a_sentence_that_changes_moves_no_chart(
    address: str, open_page: OpenPage, path: str, experiment: Experiment
) -> None:
    page = open_page(f"{address}/{path}?{urlencode(experiment.to_query())}", PHONE)
    page.evaluate("""() => {
        window.heights = new Set(); window.said = new Set();
        const note = () => {
            const verdict = document.querySelector('.lab-verdict');
            heights.add(verdict.offsetHeight); said.add(verdict.textContent);
            requestAnimationFrame(note);
        };
        note();
    }""")
    press(page, "Run")
    page.get_by_role("button", name="Done" if path == "remedies" else "Run on", exact=True).wait_for(timeout=90_000)
    assert page.evaluate("said.size") > 1
    assert page.evaluate("heights.size") == 1, page.evaluate("[...heights, ...said]")


def test_on_a_phone_a_long_count_of_epochs_does_not_run_into_its_neighbour(address: str, open_page: OpenPage) -> None:
    page = open_page(f"{address}/path?{urlencode(START.to_query())}", PHONE)
    texts = ".map((value) => { const r = document.createRange(); r.selectNodeContents(value); return r.getBoundingClientRect(); })"
    page.evaluate("document.querySelector('[data-readout=epoch] dd').textContent = '20,000 of 20,000'")
    first, second = page.evaluate(
        f"[...document.querySelectorAll('.lab-readouts dd:not(.lab-own)')].slice(0, 2){texts}.map((r) => [r.left, r.right])"
    )
    assert first[1] < second[0]


def test_space_and_arrow_keys_do_what_the_mouse_does(page: Page) -> None:
    page.get_by_role("button", name="Run", exact=True).focus()
    page.keyboard.press("Space")
    wait_for(page, "overfitLab.lastEpoch > 2")
    page.keyboard.press("Space")
    page.get_by_role("button", name="Run", exact=True).wait_for()
    slider = page.get_by_label("L2 strength λ₂", exact=True)
    slider.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    said = "Number(document.activeElement.getAttribute('aria-valuetext'))"
    wait_for(page, f"overfitLab.strengths.l2 > 0 && overfitLab.strengths.l2 === {said}")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"


def test_charts_tell_their_numbers_to_a_screen_reader(page: Page) -> None:
    press(page, "Step")
    wait_for(page, "overfitLab.lastEpoch === 1")
    label = page.locator("[data-figure=histograms] .lab-plot").get_attribute("aria-label")
    assert label is not None and any(letter.isdigit() for letter in label)
    assert page.locator("[data-figure=fit] .lab-plot").get_attribute("role") == "img"


def test_the_table_twin_shows_the_numbers_of_now(page: Page) -> None:
    card = page.locator("[data-figure=loss]")
    height = card.bounding_box()
    card.get_by_role("button", name="table").click()
    table = card.get_by_role("table").filter(has_text="training")
    assert table.locator("thead").inner_text().split("\t")[:3] == ["epoch", "training", "validation"]
    press(page, "Run")
    wait_for(page, "document.querySelectorAll('[data-figure=loss] tbody tr').length > 10")
    pause(page)
    assert card.locator("tbody tr").count() <= 450
    assert card.bounding_box() == height
    card.get_by_role("button", name="table").click()
    assert not card.get_by_role("region").is_visible()


def test_a_theme_flip_while_it_trains_loses_nothing(page: Page) -> None:
    page.evaluate("window.nodes = [...document.querySelectorAll('[data-figure], .main-svg')]")
    press(page, "Run")
    wait_for(page, "overfitLab.lastEpoch > 5")
    color = f"{figure('loss')}._fullLayout.font.color"
    light, epoch = page.evaluate(color), page.evaluate("overfitLab.lastEpoch")
    page.emulate_media(color_scheme="dark")
    wait_for(page, f"{color} !== '{light}'")
    wait_for(page, f"overfitLab.lastEpoch > {epoch} + 5")
    assert page.evaluate("window.nodes.every((node) => node.isConnected)")


def test_a_phone_stacks_the_charts_and_leaves_room_for_thumbs(address: str, open_page: OpenPage) -> None:
    page = open_page(address + LONG, viewport=PHONE, has_touch=True, is_mobile=True)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    boxes = [page.locator(f"[data-figure={name}]").bounding_box() for name in ("fit", "loss", "histograms")]
    assert all(box is not None and box["width"] > 330 for box in boxes)
    heights = page.evaluate(
        "[...document.querySelectorAll('.lab-stage button:not([hidden]), .lab-stage input')].map((e) => e.offsetHeight)"
    )
    assert min(height for height in heights if height) >= 40
    assert (
        page.evaluate("getComputedStyle(document.querySelector('.lab-slider input[type=range]')).touchAction") == "none"
    )
    page.get_by_role("button", name="Run", exact=True).tap()
    wait_for(page, "overfitLab.lastEpoch > 3")


AXE = next(Path(axe_playwright_python.__file__).parent.glob("**/axe.min.js"))
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PAGES = {
    "playground": "/?" + urlencode(START.to_query()),
    "path": "/path?" + urlencode(START.replace(values=(0.0, 0.001, 0.1), n_epochs=100, hidden_sizes=(8,)).to_query()),
    "cv": "/cv?" + urlencode(CV_START.replace(values=(0.0, 0.1), n_epochs=30, hidden_sizes=(8,)).to_query()),
    "compare": "/compare?" + urlencode(COMPARE.replace(n_epochs=100).to_query()),
    "remedies": "/remedies?" + urlencode(POINTS.replace(n_remedy_starts=2, n_epochs=20, hidden_sizes=(8,)).to_query()),
    "features": "/features?" + urlencode(TASK.replace(n_epochs=150).to_query()),
    "bias_variance": "/bias_variance",
}


# Pages that train nothing when they open, by words that are there when they have.
STILL = {
    "/data": "Or paste rows",
    "/lessons": "The gap",
    "/lessons?lesson=gap&step=1": "What will the validation loss do",
    "/lessons?lesson=gap&sheet=1": "Aim",
    "/answers": "Show it live",
    "/double_descent": "Double descent",
    "/peeking": "Peeking",
}
BACKGROUND = {"light": "rgb(255, 255, 255)", "dark": "rgb(18, 22, 27)"}
SHOWS = "getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"


def axe_is_content(page: Page, scheme: str, least: int) -> None:
    """Assert that axe finds nothing on the page in this scheme, of this many rules at least."""
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    wait_for(page, f"{SHOWS} === '{BACKGROUND[scheme]}'")
    page.wait_for_timeout(600)  # a button that is enabled takes its colour in a moment
    found = page.evaluate("(rules) => axe.run(document, {runOnly: rules})", RULES)
    assert len(found["passes"]) > least
    assert [(scheme, one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == []


@pytest.mark.parametrize(("name", "first"), list(zip(PAGES, ["light", "dark"] * len(PAGES), strict=False)))
def test_axe_finds_nothing_before_a_run_and_while_it_goes_on(
    address: str, open_page: OpenPage, name: str, first: str
) -> None:
    page = open_page(address + PAGES[name], color_scheme=first, bypass_csp=True)
    page.evaluate(AXE.read_text())
    other = {"light": "dark", "dark": "light"}[first]
    axe_is_content(page, first, 20)
    axe_is_content(page, other, 20)
    press(page, "Run")
    wait_for(page, "overfitLab.shownEpoch > 0")
    axe_is_content(page, other, 20)
    axe_is_content(page, first, 20)


# Lines and marks of one colour; points of classes lie on a map, with a rim.
FAINT_MARKS = """(page) => {
  const linear = (c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  const part = (hex, i) => linear(parseInt(hex.slice(i, i + 2), 16) / 255);
  const light = (hex) => 0.2126 * part(hex, 1) + 0.7152 * part(hex, 3) + 0.0722 * part(hex, 5);
  const contrast = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  const isFaint = (color) => /^#[0-9a-f]{6}$/i.test(color) && color !== '#F2F2F2' && contrast(light(color), light(page)) < 3;
  return [...document.querySelectorAll('.lab-plot')].flatMap((plot) => plot.data.flatMap((trace) =>
    [trace.line?.color, trace.marker?.color].filter(isFaint).map((color) => `${trace.name} ${color}`)));
}"""


@pytest.mark.parametrize(("scheme", "background"), [("light", "#FFFFFF"), ("dark", "#12161B")])
@pytest.mark.parametrize("name", ["playground", "compare"])
def test_every_line_and_mark_stands_out_from_the_page(
    address: str, open_page: OpenPage, name: str, scheme: str, background: str
) -> None:
    page = open_page(address + PAGES[name], color_scheme=scheme)
    assert page.evaluate(FAINT_MARKS, background) == []
    other = {"light": ("dark", "#12161B"), "dark": ("light", "#FFFFFF")}[scheme]
    color = "document.querySelector('.lab-plot').layout.font.color"
    before = page.evaluate(color)
    page.emulate_media(color_scheme=other[0])  # a flip of the theme takes them along
    wait_for(page, f"{color} !== '{before}'")
    wait_for(page, f"({FAINT_MARKS})('{other[1]}').length === 0")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_a_file_of_ones_own_and_in_lessons(scheme: str, address: str, open_page: OpenPage) -> None:
    page = open_page(address + "/data", color_scheme=scheme, bypass_csp=True, ready="true")
    page.get_by_role("button", name="Open", exact=True).first.click()
    page.get_by_text("What was decided").wait_for()
    assert page.get_by_role("button", name="Train on this").is_enabled()
    page.evaluate(AXE.read_text(encoding="utf-8"))
    axe_is_content(page, scheme, 20)
    for at, words in STILL.items():
        page.goto(address + at)
        page.get_by_text(words).first.wait_for()
        page.evaluate(AXE.read_text(encoding="utf-8"))
        axe_is_content(page, scheme, 15)


def test_on_a_phone_the_list_of_pages_closes_with_the_choice(address: str, open_page: OpenPage) -> None:
    page = open_page(address, PHONE)
    page.get_by_test_id("stExpandSidebarButton").click()
    page.get_by_role("link", name="λ path", exact=True).click()
    page.wait_for_url("**/path**")
    wait_for(page, "document.querySelector('[data-testid=stSidebar]').getBoundingClientRect().right <= 0")
