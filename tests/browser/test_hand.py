"""What the hand does is seen, and nothing that it holds moves away from it."""

from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page

from core.presets import START
from tests.browser.conftest import LAPTOP, LONG, PHONE, OpenPage, figure, pause, press, type_strength, unfold, wait_for

PROJECTOR = {"width": 1920, "height": 1080}
widths = pytest.mark.parametrize("viewport", [LAPTOP, PROJECTOR, PHONE], ids=["laptop", "projector", "phone"])
# Seen from the top of the page: a desk at its lower rim stays in view, wherever the page has been scrolled to.
PLACES = """(document.querySelector('[data-testid=stMain]').scrollTop = 0,
  [...document.querySelectorAll('.lab-slider input, .lab-buttons, .lab-rewind input, .lab-chart')]
  .map((one) => Math.round(one.getBoundingClientRect().top)))"""
MARKS = f"{figure('loss')}.data.find((t) => t.name === 'changed strength')"


def rewind_home(page: Page) -> None:
    """Show epoch 0."""
    rewind = page.get_by_label("Rewind")
    rewind.focus()
    wait_for(page, "overfitLab.frames > 3")
    page.keyboard.press("Home")
    wait_for(page, "overfitLab.shownEpoch === 0")  # charts out of view stay behind while training goes on


@widths
def test_nothing_moves_while_penalties_are_switched_on_one_after_the_other(
    address: str, open_page: OpenPage, viewport: dict[str, int]
) -> None:
    page = open_page(address + "/?" + urlencode(START.to_query()), viewport)
    unfold(page)
    before = page.evaluate(PLACES)
    for name, value in (("l1", "0.00001"), ("l2", "0.0001234"), ("dropout_rate", "0.123"), ("learning_rate", "0.0003")):
        type_strength(page, name, value)
        page.wait_for_url(f"**{name}={float(value)}*")
        wait_for(page, f"overfitLab.strengths.{name} === {value}")
        assert page.evaluate(PLACES) == before, name


@widths
def test_a_message_of_any_length_moves_no_chart(address: str, open_page: OpenPage, viewport: dict[str, int]) -> None:
    link = START.replace(optimizer="sgd", learning_rate=1.0, l2=1000.0, activation="linear", n_epochs=100_000)
    page = open_page(address + "/?" + urlencode(link.to_query()), viewport)
    before = page.evaluate(PLACES)
    press(page, "Run")
    page.locator(".lab-verdict[data-banner] button").wait_for()
    assert page.evaluate(PLACES) == before


def test_a_strength_moved_in_the_past_is_seen_at_once(address: str, open_page: OpenPage) -> None:
    page = open_page(address + LONG)
    press(page, "Run")
    wait_for(page, "overfitLab.lastEpoch > 60")
    pause(page)
    rewind_home(page)
    page.locator("[data-control=l2] input[type=range]").focus()
    page.keyboard.press("ArrowRight")
    wait_for(page, "overfitLab.shownEpoch === overfitLab.lastEpoch && !overfitLab.isBehind()")
    assert page.get_by_role("button", name="Live", exact=True).is_disabled()
    wait_for(page, f"{MARKS}.x.length === 1")


def test_the_right_end_of_rewind_is_the_present_while_training_goes_on(address: str, open_page: OpenPage) -> None:
    page = open_page(address + LONG)
    press(page, "Run")
    wait_for(page, "overfitLab.lastEpoch > 60")
    rewind_home(page)
    page.get_by_label("Rewind").focus()
    page.keyboard.press("End")
    wait_for(page, "overfitLab.shownEpoch === overfitLab.lastEpoch && overfitLab.shownEpoch > 60")
    assert page.get_by_role("button", name="Live", exact=True).is_disabled()
    epoch = page.evaluate("overfitLab.lastEpoch")
    wait_for(page, f"overfitLab.shownEpoch > {epoch}")


def test_rewind_and_the_epoch_that_is_read_out_agree_on_the_path(address: str, open_page: OpenPage) -> None:
    page = open_page(f"{address}/path?" + urlencode(START.replace(n_epochs=100_000, hidden_sizes=(8,)).to_query()))
    page.evaluate("""() => {
      window.pairs = [];
      new MutationObserver(() => window.pairs.push([
        document.querySelector('[data-readout=epoch] dd').textContent.split(' ')[0],
        document.querySelector('.lab-rewind output').textContent.split(' ')[1],
      ])).observe(document.querySelector('.lab-stage'), { subtree: true, childList: true, characterData: true });
    }""")
    press(page, "Run")
    wait_for(page, "overfitLab.lastEpoch > 40 && window.pairs.length > 12")
    assert page.evaluate("window.pairs.filter(([said, rewound]) => said !== rewound)") == []


def test_one_drag_and_one_burst_of_arrow_presses_are_one_mark_each(address: str, open_page: OpenPage) -> None:
    page = open_page(address + LONG)
    press(page, "Run")
    wait_for(page, "overfitLab.lastEpoch > 30")
    box = page.locator("[data-control=l2] input[type=range]").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + box["height"] / 2)
    page.mouse.down()
    for i in range(30):
        epoch = page.evaluate("overfitLab.lastEpoch")
        page.mouse.move(box["x"] + 20 + 4 * i, box["y"] + box["height"] / 2)
        wait_for(page, f"overfitLab.lastEpoch > {epoch}")
    page.mouse.up()
    value = float(page.locator("[data-control=l2] input[type=number]").input_value())
    wait_for(page, f"overfitLab.strengths.l2 === {value} && {MARKS}.x.length > 0")
    assert page.evaluate(f"{MARKS}.x.length") == 1
    assert page.evaluate(f"{MARKS}.text[0]").startswith("λ₂ → ")
    page.locator("[data-control=l1] input[type=range]").focus()
    for _ in range(6):
        page.keyboard.press("ArrowRight")
    value = float(page.locator("[data-control=l1] input[type=number]").input_value())
    wait_for(page, f"overfitLab.strengths.l1 === {value} && {MARKS}.text.at(-1).startsWith('λ₁')")
    assert page.evaluate(f"{MARKS}.x.length") == 2


def test_after_back_a_field_that_keeps_the_focus_shows_the_number_of_then(address: str, open_page: OpenPage) -> None:
    page = open_page(address + LONG)
    type_strength(page, "l2", "0.003")
    page.wait_for_url("**l2=0.003**")
    page.go_back()
    field = "document.querySelector('[data-control=l2] input[type=number]')"
    assert page.evaluate(f"document.activeElement === {field}")
    wait_for(page, f"{field}.value === '0'")
    field_of = page.locator("[data-control=l2] input[type=number]")
    field_of.press("Control+a")
    field_of.press_sequentially("0.00")
    press(page, "Run")  # snapshots come; what is being typed had to be left alone, and leaving the field takes it
    wait_for(page, "overfitLab.lastEpoch > 20")
    assert page.evaluate("overfitLab.strengths.l2") == 0
