"""Hand, training, formula, sidebar, address and a copied link agree at rest, after whatever order of events."""

import random
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from playwright.sync_api import Page

from core import Experiment
from core.presets import START
from pages.shared import formulas
from tests.browser.conftest import LONG, OpenPage, open_sidebar, press, type_strength, wait_for

# A small network that trains on and on, with both penalties in the formula.
FIRST = START.replace(n_epochs=1_000_000, hidden_sizes=(8,), l1=0.0001, l2=0.001)
LINK = "/?" + urlencode(FIRST.to_query())
ON_STAGE = ("l1", "l2", "dropout_rate", "learning_rate")
VALUES = {
    "l1": ("0.0001", "0.001"), "l2": ("0.001", "0.003"), "dropout_rate": ("0", "0.1"), "learning_rate": ("0.01", "0.03"),
}  # fmt: skip
# What each place shows, from the default values of the address on.
PLACES = """
  window.seenBy = ({names, standard}) => {
    const query = new URLSearchParams(location.search);
    const field = (name) => Number(document.querySelector(`[data-control=${name}] input[type=number]`)?.value);
    const typed = (label) => document.querySelector(`section input[aria-label="${label}"]`)?.value.replace('\\u2060', '');
    const all = [...names, 'seed'];
    return {
      address: all.map((name) => Number(query.get(name) ?? standard[name])),
      hand: [...names.map(field), null],
      training: [...names.map((name) => overfitLab.strengths[name]), overfitLab.seed],
      sidebar: [null, null, null, Number(typed('Learning rate')), Number(typed('Start'))],
    };
  };
  window.agree = (arg) => {
    if (!window.overfitLab || overfitLab.isBehind?.() !== false) return false;
    const { address, ...others } = window.seenBy(arg);
    return Object.values(others).every((seen) => seen.every((value, i) => value === null || value === address[i]));
  };
  // At rest: they agree for longer than the stage waits for an echo, and the address does not change any more.
  window.isAtRest = (arg) => {
    const now = performance.now(), last = window.lastDisagreed;
    if (!window.agree(arg) || last?.href !== location.href) window.lastDisagreed = { at: now, href: location.href };
    return last !== undefined && window.lastDisagreed === last && now - last.at > 2500;
  };
"""
ARGUMENT = {"names": ON_STAGE, "standard": {name: Experiment().get(name) for name in (*ON_STAGE, "seed")}}


def formulas_shown(page: Page) -> list[str]:
    """Return the formulas that are seen, as LaTeX."""
    shown = "(all) => all.filter((one) => getComputedStyle(one).visibility !== 'hidden').map((one) => one.textContent)"
    texts: list[str] = page.locator("[data-testid=stMain] annotation").evaluate_all(shown)
    return texts


def assert_agreement(page: Page) -> Experiment:
    """Wait until all is at rest, and return the experiment that every place shows."""
    page.evaluate("delete window.lastDisagreed")
    try:
        page.wait_for_function("(arg) => window.isAtRest(arg)", arg=ARGUMENT)
    except Exception as error:
        raise AssertionError(f"no agreement: {page.evaluate('(arg) => window.seenBy(arg)', ARGUMENT)}") from error
    experiment, problems = Experiment.from_query(dict(parse_qsl(urlsplit(page.url).query)))
    assert problems == []
    assert formulas_shown(page) == formulas.shown(experiment)
    return experiment


def choose_rate(page: Page, value: str) -> None:
    box = page.get_by_role("combobox", name="Learning rate")
    box.fill(value)
    box.press("Enter")


def open_more(page: Page) -> None:
    """Show the sidebar's further settings, the seed of the start among them."""
    open_sidebar(page)
    page.locator("[data-testid=stSidebar]").get_by_text("More", exact=True).click()
    page.locator("section input[aria-label=Start]").wait_for()


@pytest.fixture
def page(address: str, open_page: OpenPage) -> Page:
    page = open_page("about:blank", ready="true")
    page.add_init_script(PLACES)
    page.goto(address + LINK)
    wait_for(page, "window.overfitLab && overfitLab.draws > 0 && !overfitLab.isBehind()")
    open_more(page)
    return page


def at_address(page: Page, **values: str) -> None:
    """Wait until the address has these settings."""
    for name, value in values.items():
        wait_for(page, f"(new URLSearchParams(location.search).get('{name}') ?? '0') === '{value}'")


def test_a_value_that_was_taken_back_can_be_typed_again(page: Page) -> None:
    for _ in range(2):
        type_strength(page, "l2", "0.003")
        at_address(page, l2="0.003")
        page.go_back()
        at_address(page, l2="0.001")
        # Typed over a field that still shows it, a number is no change.
        wait_for(page, "Number(document.querySelector('[data-control=l2] input[type=number]').value) === 0.001")
    assert assert_agreement(page).regularization.l2 == 0.001
    type_strength(page, "l2", "0.003")
    assert assert_agreement(page).regularization.l2 == 0.003


def test_a_value_that_the_sidebar_changed_meanwhile_can_be_set_again_on_the_stage(page: Page) -> None:
    for set_it, value in ((type_strength, "0.03"), (choose_rate, "0.1"), (type_strength, "0.03")):
        set_it(page, *(("learning_rate", value) if set_it is type_strength else (value,)))
        at_address(page, learning_rate=value)
    assert assert_agreement(page).training.learning_rate == 0.03


def test_a_start_that_was_taken_back_can_be_taken_again(page: Page) -> None:
    press(page, "New start")
    at_address(page, seed="1")
    page.go_back()
    at_address(page, seed="0")
    assert assert_agreement(page).training.seed == 0
    press(page, "New start")
    assert assert_agreement(page).training.seed == 1


def do(page: Page, event: str, chance: random.Random) -> None:
    """Do one thing as a hand would, without waiting for what comes of it."""
    name = chance.choice(ON_STAGE)
    range_of = page.locator(f"[data-control={name}] input[type=range]")
    match event:
        case "type":
            type_strength(page, name, chance.choice(VALUES[name]))
        case "arrows":
            range_of.focus()
            for _ in range(chance.randint(1, 6)):
                page.keyboard.press(chance.choice(("ArrowLeft", "ArrowRight")))
        case "drag":
            box = range_of.bounding_box()
            assert box is not None
            page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + box["height"] / 2)
            page.mouse.down()
            page.mouse.move(box["x"] + chance.uniform(0.2, 0.7) * box["width"], box["y"] + box["height"] / 2, steps=5)
            page.mouse.up()
        case "sidebar":
            choose_rate(page, chance.choice(VALUES["learning_rate"]))
        case "seed":
            wait_for(
                page, "document.querySelectorAll('section input[aria-label=Start]').length === 1"
            )  # not amid a rerun
            field = page.locator("section input[aria-label=Start]")
            field.fill(str(chance.randint(0, 3)))
            field.press("Enter")
        case "back":
            page.evaluate("navigation.canGoBack && history.back()")
        case "forward":
            page.evaluate("navigation.canGoForward && history.forward()")
        case "reload":
            page.reload()
            wait_for(page, "window.overfitLab && overfitLab.draws > 0")
            open_more(page)
        case _:
            press(page, event)


EVENTS = (
    "type",
    "type",
    "arrows",
    "drag",
    "sidebar",
    "seed",
    "back",
    "back",
    "forward",
    "reload",
    "New start",
    "Reset",
)


@pytest.mark.parametrize("number", range(4))
def test_after_any_events_at_any_pace_all_places_agree(page: Page, open_page: OpenPage, number: int) -> None:
    chance = random.Random(number)
    press(page, "Run")
    for _ in range(14):
        do(page, chance.choice(EVENTS), chance)
        page.evaluate("(pace) => new Promise((go) => setTimeout(go, pace))", chance.choice((0, 0, 60, 300, 900)))
    experiment = assert_agreement(page)
    other = open_page("about:blank", ready="true")
    other.add_init_script(PLACES)
    other.goto(page.url)
    wait_for(other, "window.overfitLab && overfitLab.draws > 0")
    open_more(other)
    assert assert_agreement(other) == experiment


def test_one_gesture_is_one_entry_of_the_history_and_back_takes_one_press_for_each(page: Page) -> None:
    n_entries = page.evaluate("history.length")
    page.locator("[data-control=l2] input[type=range]").focus()
    for _ in range(6):
        page.keyboard.press("ArrowRight")
    wait_for(page, "new URLSearchParams(location.search).get('l2') !== '0.001'")
    assert assert_agreement(page).regularization.l2 > 0.001
    box = page.locator("[data-control=l1] input[type=range]").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + box["height"] / 2, steps=20)
    page.mouse.up()
    assert_agreement(page)
    assert page.evaluate("history.length") == n_entries + 2
    for _ in range(2):
        page.go_back()
        assert_agreement(page)
    assert assert_agreement(page) == FIRST
    assert not page.evaluate("navigation.canGoBack")


def test_a_number_beyond_the_slider_is_told_what_became_of_it(page: Page) -> None:
    type_strength(page, "l2", "1000")
    at_address(page, l2="1.0")
    status = page.locator(".lab-status")
    assert "expected 0 to 1 on this slider, received 1000; it is 1 now." in status.inner_text()
    assert assert_agreement(page).regularization.l2 == 1.0
    type_strength(page, "l2", "0.5")
    at_address(page, l2="0.5")
    assert status.inner_text() == ""


@pytest.mark.parametrize("n_steps", [3, 4])
def test_back_and_forward_pressed_quickly_end_where_they_should(page: Page, address: str, n_steps: int) -> None:
    page.goto(
        address + "/?" + urlencode(FIRST.replace(n_epochs=3000).to_query())
    )  # a page would not show what takes hours
    wait_for(page, "window.overfitLab && overfitLab.draws > 0 && !overfitLab.isBehind()")
    open_more(page)
    addresses = [page.url]
    for name in ("l1", "l2"):
        type_strength(page, name, "0.003")
        at_address(page, **{name: "0.003"})
        addresses.append(page.url)
    for name, path in (("Compare", "compare"), ("λ path", "path")):
        page.get_by_role("link", name=name, exact=True).click()
        wait_for(page, f"document.title.startsWith('{name}') && location.pathname === '/{path}'")
        wait_for(page, "location.search.includes('l2=0.003')")
        addresses.append(page.evaluate("location.href"))
    length = page.evaluate("history.length")
    for step in ["back"] * n_steps + ["forward"] * n_steps:
        page.evaluate(f"history.{step}()")
        page.wait_for_timeout(150)
    page.wait_for_timeout(3000)  # nothing that is late may write
    assert page.url == addresses[-1] and page.evaluate("history.length") == length
    for address in reversed(addresses[:-1]):  # every entry is still its own
        page.evaluate("history.back()")
        wait_for(page, f"location.href === {address!r}")
    page.evaluate("history.go(2)")
    wait_for(page, f"location.href === {addresses[2]!r}")
    experiment = assert_agreement(page).regularization
    assert experiment.l1 == experiment.l2 == 0.003


def test_back_leaves_a_page_that_was_opened_without_settings_in_one_press(address: str, open_page: OpenPage) -> None:
    page = open_page("about:blank", ready="true")
    for path, sign in (("/", "data-figure=fit"), ("/compare", "data-figure=compare_gap")):
        page.goto(address + path)
        page.locator(f"[{sign}]").wait_for()
        wait_for(page, "location.search.includes('data=')")
        wait_for(page, "overfitLab.draws > 0 && !overfitLab.isBehind()")
        assert page.evaluate("history.length") == (2 if path == "/" else 3)
    page.get_by_role("link", name="Playground", exact=True).click()
    page.locator("[data-figure=fit]").wait_for()
    wait_for(page, "location.search.includes('data=') && overfitLab.draws > 0 && !overfitLab.isBehind()")
    assert page.evaluate("history.length") == 4
    page.go_back()
    page.locator("[data-figure=compare_gap]").wait_for()


def test_a_number_typed_while_the_page_takes_the_one_before_is_heard(address: str, open_page: OpenPage) -> None:
    page = open_page(address + LONG)
    field = page.get_by_role("combobox", name="Learning rate")
    for typed in ("0.05", "0.055", "0.2"):
        field.fill(typed)
        field.press("Enter")
        field.press("Control+a")
    page.keyboard.type("0.07")  # into the field that has the focus, whatever became of the list
    page.keyboard.press("Enter")
    page.wait_for_url("**learning_rate=0.07*")
    wait_for(page, "overfitLab.strengths.learning_rate === 0.07")
