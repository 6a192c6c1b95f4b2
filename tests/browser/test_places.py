"""On no page does anything move what the hand holds, or what is below it: not training, not its end, not a complaint."""

from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page

from core.presets import CV_START, START
from core.settings.experiment import Experiment
from core.studies.compare.variants import TASK as COMPARE
from core.studies.features.selection import TASK as FEATURES
from core.studies.remedies.remedy import POINTS
from tests.browser.conftest import LAPTOP, PHONE, OpenPage, press, type_strength, unfold, wait_for
from tests.browser.test_hand import PLACES

widths = pytest.mark.parametrize("viewport", [LAPTOP, PHONE], ids=["laptop", "phone"])
DONE = "!['Pause', 'Run'].includes(document.querySelector('.lab-primary').textContent)"
STUDIES = {
    "path": START.replace(n_epochs=40, hidden_sizes=(8,), values=(0.0, 0.001, 0.1)),
    "cv": CV_START.replace(n_epochs=20, hidden_sizes=(8,), values=(0.01, 0.1, 1.0)),
    "compare": COMPARE.replace(n_epochs=60, hidden_sizes=(8,), n_starts=2),
    "remedies": POINTS.replace(n_epochs=20, hidden_sizes=(8,), n_remedy_starts=2),
    "features": FEATURES.replace(n_epochs=40, values=(0.001, 0.03, 1.0)),
}
FITS = (
    "document.querySelector('.lab-verdict').offsetHeight <= document.querySelector('.lab-verdict-place').offsetHeight"
)


def address_of(address: str, page: str, experiment: Experiment, **more: str) -> str:
    return f"{address}/{page}?{urlencode({**experiment.to_query(), **more})}"


@widths
@pytest.mark.parametrize("name", STUDIES)
def test_a_study_from_its_start_to_its_end_moves_nothing(
    address: str, open_page: OpenPage, name: str, viewport: dict[str, int]
) -> None:
    page = open_page(address_of(address, name, STUDIES[name]), viewport)
    before = page.evaluate(PLACES)
    assert len(before) > 2
    press(page, "Run")
    wait_for(page, f"{DONE} && !overfitLab.isBehind()")
    assert page.evaluate(PLACES) == before
    assert page.evaluate(FITS)


def is_calm(page: Page) -> None:
    """Wait until the page has heard the hand."""
    wait_for(page, "document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'")


@widths
@pytest.mark.parametrize("name", ["", "path", "compare"])
def test_a_complaint_about_a_link_stays_while_the_stage_is_used(
    address: str, open_page: OpenPage, name: str, viewport: dict[str, int]
) -> None:
    page = open_page(address_of(address, name, STUDIES.get(name, START), optimizer="magic"), viewport)
    page.locator("[data-testid=stAlert]").wait_for()
    unfold(page)
    before = page.evaluate(PLACES)
    type_strength(page, "learning_rate", "0.02")
    page.wait_for_url("**learning_rate=0.02*")
    is_calm(page)
    assert page.evaluate(PLACES) == before


@widths
def test_what_a_press_is_answered_on_the_path_moves_nothing(
    address: str, open_page: OpenPage, viewport: dict[str, int]
) -> None:
    warm = STUDIES["path"].replace(path_start="warm", n_epochs=100_000)
    page = open_page(address_of(address, "path", warm), viewport)
    before = page.evaluate(PLACES)
    press(page, "Run")
    wait_for(page, "overfitLab.lastEpoch > 5")
    press(page, "Open in Playground")  # the λ in the middle has not begun
    page.locator("[data-testid=stToast]", has_text="not been trained yet").wait_for()
    is_calm(page)
    assert page.evaluate(PLACES) == before


@widths
def test_the_look_at_the_test_rows_moves_nothing(address: str, open_page: OpenPage, viewport: dict[str, int]) -> None:
    page = open_page(address_of(address, "remedies", STUDIES["remedies"].replace(data="sine")), viewport)
    before = page.evaluate(PLACES)
    press(page, "Run")
    wait_for(page, DONE)
    press(page, "Reveal the test loss")
    page.get_by_text("looked at once").first.wait_for()
    is_calm(page)
    assert page.evaluate(PLACES) == before
