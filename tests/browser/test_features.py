"""The Features page in a real browser: λ is picked from memory, crosses mark inputs that are out, digits are pictures,
and the promises of the Playground: reload, a broken line, standing still, links, phone, dark.
"""

import statistics
from urllib.parse import urlencode

import pytest

from core.studies.base.values import value_texts
from core.studies.features.selection import DIGITS, DUPLICATES, REVIEWS, TASK, VALUES
from pages.shared.widgets import UNSEEN
from tests.browser.conftest import LAPTOP, PHONE, READY, figure, pause, press, wait_for
from tests.browser.test_connection import JOB, NOTE_SOCKETS

SHORT = urlencode(TASK.replace(n_epochs=150).to_query())
LONG = urlencode(TASK.replace(n_epochs=150_000).to_query())  # does not end during a test
SAID = "document.querySelector('[data-readout={}] dd').textContent"
RUN_ON = "[...document.querySelectorAll('.lab-button')].some((b) => b.textContent === 'Run on')"
EPOCH = "overfitLab.lastEpoch"
LAST = len(VALUES) - 1
# Move the slider to each stop; milliseconds from the event to the frame after it, and which λ the table then spoke of.
SWEEP = """async (order) => {
  const range = document.querySelector('[data-scrub=lambda] input');
  const [times, shown] = [[], []];
  for (const i of order) {
    const began = performance.now();
    range.value = i;
    range.dispatchEvent(new Event('input', {bubbles: true}));
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    times.push(performance.now() - began);
    shown.push(document.querySelector('[data-figure=kept] thead th').textContent);
    await new Promise((done) => setTimeout(done, 30));
  }
  return {times, shown};
}"""


def trained(open_page, address, query=SHORT, *more, **options):
    page = open_page(f"{address}/features?{query}", *more, **options)
    press(page, "Run")
    wait_for(page, RUN_ON)
    wait_for(page, f"{figure('inputs_l1')}.data")
    return page


def cell(penalty, head):
    """JavaScript of a cell of the table, rows 0 (no penalty), 1 (L1), 2 (group L1) and 3 (L2)."""
    row = f"document.querySelectorAll('[data-figure=kept] tbody tr:not(.lab-note)')[{penalty}]"
    return f"{row}?.querySelector('[data-head=\"{head}\"]').textContent"


def test_lambda_is_picked_from_memory_and_says_what_is_kept(address, open_page):
    page = trained(open_page, address)
    slider = page.get_by_role("slider", name="Strength λ")
    slider.focus()
    page.keyboard.press("Home")
    wait_for(page, f"{cell(1, 'Falsely kept')} === '20'")
    sent = page.evaluate("window.overfitLab.sent")
    page.keyboard.press("End")
    wait_for(page, f"{cell(1, 'Falsely kept')} === '0' && !overfitLab.isBehind()")
    out = page.evaluate(f"[...{figure('inputs_l1')}.data[1].x].map((v) => v === 0)")
    assert page.evaluate(SAID.format("in_use_l1")) == f"{23 - sum(out)} of 23" and sum(out) > 15
    assert page.evaluate(cell(1, "Missed")) == str(sum(out[:3]))
    assert (
        page.evaluate(cell(1, "Recall")) == f"{(3 - sum(out[:3])) / 3:.2f}"
        and page.evaluate(cell(1, "Precision")) == "1.00"
    )
    assert page.evaluate(SAID.format("in_use_l2")) == "23 of 23"
    assert page.evaluate(cell(0, "Precision")) == page.evaluate(cell(3, "Precision")) == f"{3 / 23:.2f}"
    assert page.evaluate("window.overfitLab.sent") == sent
    assert "λ_1se" in page.locator(".lab-verdict").inner_text()


@pytest.mark.parametrize("task", [REVIEWS, DIGITS])
def test_lambda_follows_the_hand(address, open_page, task):
    """The table follows within a frame or two of every event; when the hand rests all charts are those of its place."""
    page = trained(open_page, address, urlencode(task.replace(n_epochs=30).to_query()))
    page.evaluate(SWEEP, list(range(LAST + 1)))
    swept = page.evaluate(SWEEP, [*range(LAST, -1, -1)])
    assert statistics.median(swept["times"]) < 150
    assert swept["shown"] == [f"At λ = {text}" for text in reversed(value_texts(VALUES))]
    wait_for(page, "!overfitLab.isBehind()")
    assert page.evaluate(f"{figure('in_use')}.data.find((trace) => trace.name === 'chosen λ').x[0]") < -4  # λ = 0


def test_the_picked_lambda_and_the_run_are_there_after_a_visit_elsewhere(address, open_page):
    page = trained(open_page, address)
    page.get_by_role("slider", name="Strength λ").focus()
    page.keyboard.press("End")
    wait_for(page, f"window.overfitLab.picked.lambda === {LAST}")
    page.get_by_role("link", name="Playground").click()
    page.get_by_role("slider", name="L1 strength λ₁").wait_for()
    page.get_by_role("link", name="Features").click()
    wait_for(page, f"document.querySelector('[data-readout=epoch]') && {SAID.format('epoch')} === '150 of 150'")
    assert page.get_by_role("slider", name="Strength λ").input_value() == str(LAST)


def test_a_reload_in_the_middle_finds_the_run_still_going(address, open_page):
    page = open_page(f"{address}/features?{LONG}")
    press(page, "Run")
    wait_for(page, f"{EPOCH} > 60")
    job = page.evaluate(JOB)
    page.reload()
    wait_for(page, f"window.overfitLab && {EPOCH} > 60")
    page.get_by_role("button", name="Pause").wait_for()
    assert page.evaluate(JOB) == job
    pause(page)


def test_a_broken_line_is_mended_with_the_run_kept(address, open_page):
    page = open_page(f"{address}/features?{LONG}")
    page.add_init_script(NOTE_SOCKETS)
    page.reload()
    wait_for(page, READY)
    press(page, "Run")
    wait_for(page, f"{EPOCH} > 30")
    job, epoch = page.evaluate(JOB), page.evaluate(EPOCH)
    page.evaluate("sockets.filter((s) => s.url.includes('/lab/jobs/') && s.readyState === 1).forEach((s) => s.close())")
    page.get_by_text("Connection lost.").wait_for()
    wait_for(page, f"overfitLab.connected && {EPOCH} > {epoch} + 5")
    assert page.evaluate(JOB) == job and page.locator(".lab-status").inner_text() == ""
    pause(page)


def test_what_was_trained_stays_when_it_is_stopped_and_the_same_start_comes_back(address, open_page):
    page = open_page(f"{address}/features?{LONG}")
    press(page, "Run")
    wait_for(page, f"{EPOCH} > 100")
    pause(page)
    wait_for(page, "!overfitLab.isBehind()")
    epoch, said = page.evaluate(EPOCH), page.locator("[data-figure=kept] table").inner_text()
    assert page.locator(".lab-verdict").inner_text().startswith("So far: ")
    page.reload()
    wait_for(page, f"window.overfitLab && {EPOCH} === {epoch} && {cell(1, 'Recall')}")
    assert page.locator("[data-figure=kept] table").inner_text() == said
    press(page, "Reset")
    wait_for(page, f"{EPOCH} === 0")
    press(page, "Step")
    wait_for(page, f"{EPOCH} === 1")


def test_the_remedy_of_a_run_that_diverged_is_taken_by_the_page_and_the_link(address, open_page):
    wild = TASK.replace(optimizer="sgd", learning_rate=100.0, l1_method="subgradient", values=(0.0, 0.01), n_epochs=300)
    page = open_page(f"{address}/features?{urlencode(wild.to_query())}")
    press(page, "Run")
    remedy = page.get_by_role("button", name="Set Learning rate to")
    remedy.click()
    wait_for(page, RUN_ON)
    page.wait_for_url(lambda url: "learning_rate=100" not in url)
    assert page.evaluate(SAID.format("epoch")) == "300 of 300"
    rate = "document.querySelector('[data-testid=stSidebar] input[aria-label*=\"Learning rate\"]')"
    wait_for(page, f"{rate}.value.replace('{UNSEEN}', '') === '0.01'")


def test_a_link_reproduces_everything(address, open_page):
    task = DUPLICATES.replace(
        n_informative=2, n_noise_features=6, n_duplicates=3, duplicate_correlation=0.8, values=(0.01, 0.1, 0.3), n_splits=4,
        n_epochs=200, data_seed=3, seed=5,
    )  # fmt: skip
    pages = [trained(open_page, address, urlencode(task.to_query()))]
    assert pages[0].get_by_role("textbox", name="λ values").input_value() == "0.01, 0.1, 0.3"
    pages.append(trained(open_page, address, pages[0].url.split("?")[1]))
    seen = []
    for page in pages:
        page.get_by_role("slider", name="Strength λ").fill("2")
        wait_for(page, "overfitLab.picked.lambda === 2 && !overfitLab.isBehind()")
        bars = page.evaluate(f"[...{figure('inputs_l1')}.data[0].x]")
        cards = [
            page.locator(part).inner_text() for part in (".lab-verdict", "[data-figure=kept] table", ".lab-readouts")
        ]
        seen.append((bars, cards))
    assert seen[0] == seen[1] and len(seen[0][0]) == 11


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_names_can_be_read_on_a_phone_without_scrolling_sideways(address, open_page, scheme):
    query = urlencode(REVIEWS.replace(n_epochs=10).to_query())
    page = trained(open_page, address, query, PHONE, color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    ticks = page.locator("[data-figure=inputs_l1] .ytick text")
    page.locator("[data-figure=inputs_l1]").scroll_into_view_if_needed()
    ticks.first.wait_for()
    assert {"superb", "masterpiece", "the"} <= set(ticks.all_text_contents()) and ticks.count() == 50
    for place in range(0, 50, 7):
        box = ticks.nth(place).bounding_box()
        assert box["x"] >= 0 and box["height"] > 9
    colours = page.evaluate(
        "['.lab-stage', '[data-figure=inputs_l1] .ytick text'].map((s) => getComputedStyle(document.querySelector(s)))"
        ".map((s) => s.fill === 'rgb(0, 0, 0)' ? s.color : s.fill)"
    )
    assert colours[0] == colours[1]  # the names have the colour of the page's text
    assert (sum(map(int, colours[0].strip("rgb()").split(","))) > 380) == (scheme == "dark")


def test_digits_are_pictures_and_fit_a_phone(address, open_page):
    query = urlencode(DIGITS.replace(n_epochs=10).to_query())
    page = trained(open_page, address, query, PHONE, color_scheme="dark")
    wait_for(page, f"{figure('inputs_l1')}.data[0].z.length === 8")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_page_does_not_jump_while_it_trains(address, open_page):
    parts = "[...document.querySelectorAll('.lab-stage > *, .lab-chart')]"
    places = f"JSON.stringify({parts}.map((e) => [e.offsetTop, e.offsetHeight]))"
    page = open_page(f"{address}/features?{LONG}", LAPTOP)
    before = page.evaluate(places)
    press(page, "Run")
    wait_for(page, f"{EPOCH} > 200")
    assert page.evaluate(places) == before
    pause(page)


def choose_task(page, label, data):
    page.get_by_role("combobox", name="Task").click()
    page.get_by_role("option", name=label).click()
    page.wait_for_url(f"**data={data}**")
    has_truth = "!" if data == "digits" else "!!"
    wait_for(page, f"{has_truth}document.querySelector('[data-figure=scores]')")
    wait_for(page, READY)


def test_dials_that_were_hidden_come_back_with_their_values(address, open_page):
    """The browser forgets a widget that is hidden, and Streamlit remembers it when a part of the page reran meanwhile."""
    page = open_page(f"{address}/features?{SHORT}")
    choose_task(page, "Digits: 64 pixels", "digits")
    press(page, "Step")
    wait_for(page, "overfitLab.lastEpoch > 0")
    wait_for(page, "!document.querySelector('[data-testid=stStatusWidget]')")
    choose_task(page, "3 signals in noise", "informative_regression")
    press(page, "Step")
    wait_for(page, "overfitLab.lastEpoch > 0")
    rate = page.get_by_role("combobox", name="Learning rate")
    rate.fill("0.1")
    rate.press("Enter")  # with this, the browser says what it holds of every dial
    page.wait_for_url("**learning_rate=0.1**")
    for label, value in (("Informative inputs", "3"), ("Noise inputs", "20"), ("Duplicates", "0")):
        dial = page.locator("[data-testid=stSlider]").filter(has_text=label).first
        assert dial.inner_text().split("\n\n")[1].split() == [value], dial.inner_text()
    assert "n_noise_features" not in page.url and "n_informative=3" in page.url
