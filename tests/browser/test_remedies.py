"""The Remedies page in a real browser: it grows while it trains, stands, opens the test set once, fits a phone."""

from urllib.parse import urlencode

from core.studies.remedies import POINTS
from tests.browser.conftest import PHONE, figure, pause, press, wait_for

SHORT = urlencode(POINTS.replace(n_epochs=30, n_remedy_starts=2).to_query())
PART = "document.querySelector('[data-readout=part] dd').textContent"
CELL = "document.querySelectorAll('[data-figure=remedies] tbody tr')[0]?.children[{}].textContent"
DONE = "document.querySelector('[data-readout=progress] dd').textContent"


def test_one_click_trains_all_and_the_test_set_opens_once(address, open_page):
    page = open_page(f"{address}/remedies?{SHORT}")
    wait_for(page, f"{CELL.format(0)} === 'Nothing' && {figure('ablation')}.data")
    press(page, "Run")
    wait_for(page, f"{PART} === 'finished'")
    assert page.evaluate(CELL.format(3)) == "not looked at"
    assert page.evaluate(f"{figure('ablation')}.data[0].x.every(Number.isFinite)")
    assert page.get_by_role("button", name="Done", exact=True).is_disabled()
    press(page, "Reveal the test loss")
    wait_for(page, f"{CELL.format(3)} !== 'not looked at'")
    page.get_by_text("The test set was looked at once.").wait_for()
    assert page.evaluate(f"{figure('noise_train_score')}.data[0].y.every(Number.isFinite)")


def test_what_is_there_stays_on_pause_over_a_reload_and_in_the_file(address, open_page):
    page = open_page(f"{address}/remedies?{urlencode(POINTS.replace(n_epochs=2000).to_query())}")
    press(page, "Run")
    wait_for(page, f"{DONE} !== '0%'")
    pause(page)
    shown = page.evaluate(DONE)
    page.reload()
    wait_for(page, f"window.overfitLab?.draws > 0 && {DONE} === '{shown}'")
    with page.expect_download() as download:
        press(page, "Download CSV")
    lines = download.value.path().read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("study,remedy,") and len(lines) == 1 + 10 * 10


def test_it_fits_a_phone(address, open_page):
    page = open_page(f"{address}/remedies?{SHORT}", PHONE, color_scheme="dark")
    wait_for(page, f"{CELL.format(0)} === 'Nothing'")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate(
        "document.querySelector('.lab-sheet').scrollWidth <= document.querySelector('.lab-sheet').clientWidth"
    )
