"""What a page says in a real browser: no text from outside is markup, errors can be left behind, each page has its title."""

from urllib.parse import urlencode

import pytest

from core.presets import PRESETS
from core.settings.experiment import FLAT_NAMES
from core.studies.remedies.remedy import POINTS
from pages.shared.say import JOINER
from tests.browser.conftest import READY, OpenPage, press, serving, wait_for
from tests.browser.words_app import TEXTS
from tests.pages.shared.test_say import HOSTILE

# Elements within a page's messages that are more than text.
MARKUP = """[...document.querySelectorAll(':is([data-testid=stAlert], [data-testid=stToast]) [data-testid=stMarkdownContainer] *')]
  .filter((element) => element.tagName !== 'P').map((element) => element.outerHTML)"""
SAID = "[...document.querySelectorAll('[data-testid=stAlert] p')].map((p) => p.textContent)"
TITLES = {
    "": "Playground", "path": "λ path", "cv": "Cross-validation", "compare": "Compare", "remedies": "Remedies",
    "features": "Features", "bias_variance": "Bias & variance", "double_descent": "Double descent", "peeking": "Peeking",
}  # fmt: skip


@pytest.mark.parametrize("path", ["", "path", "features"])
def test_a_hostile_link_is_shown_as_text_and_asks_no_foreign_host(address: str, open_page: OpenPage, path: str) -> None:
    query = {**dict(zip(FLAT_NAMES, HOSTILE * 20, strict=False)), **dict.fromkeys(HOSTILE, "1")}
    is_said = f"{SAID}.length >= {len(FLAT_NAMES)}"
    page = open_page(
        f"{address}/{path}?{urlencode(query)}", ready=is_said
    )  # a request to a foreign host fails the test
    said = [text.replace(JOINER, "") for text in page.evaluate(SAID)]
    assert page.evaluate(MARKUP) == []
    for text in HOSTILE:
        assert any(f"'{text[:40]}'" in sentence for sentence in said)


def test_every_kind_of_markup_is_shown_as_it_is_written(open_page: OpenPage) -> None:
    with serving("tests/browser/words_app.py") as server:
        page = open_page(server.address, ready=f"{SAID}.length === {len(TEXTS)}")
        said = [text.replace(JOINER, "") for text in page.evaluate(SAID)]
        assert page.evaluate(MARKUP) == []
        assert said == [" ".join(text.split()) for text in TEXTS]


def test_after_an_error_the_next_press_begins_anew(open_page: OpenPage) -> None:
    with serving("tests/browser/failing_app.py") as server:
        page = open_page(server.address)
        press(page, "Run")
        page.locator(".lab-verdict", has_text="[no rows](http://evil.test) left").wait_for()
        press(page, "Run")
        page.locator("[data-testid=stToast]", has_text="A new one stands ready").wait_for()
        assert page.evaluate(MARKUP) == []
        wait_for(page, f"{READY} && overfitLab.lastEpoch === 0")
        press(page, "Run")
        wait_for(page, "overfitLab.lastEpoch > 5")
        page.close()  # before its server is gone


def test_after_an_error_a_reload_begins_anew_and_tells_the_error(open_page: OpenPage) -> None:
    with serving("tests/browser/failing_app.py") as server:
        page = open_page(server.address)
        press(page, "Run")
        page.locator(".lab-verdict", has_text="no rows").wait_for()
        page.reload()
        page.locator("[data-testid=stToast]", has_text="no rows").wait_for()
        wait_for(page, f"{READY} && overfitLab.lastEpoch === 0")
        press(page, "Run")
        wait_for(page, "overfitLab.lastEpoch > 5")
        page.close()  # before its server is gone


def test_every_page_has_a_title_of_its_own(address: str, open_page: OpenPage) -> None:
    page = open_page(address)
    for path, title in TITLES.items():
        page.goto(f"{address}/{path}")
        wait_for(page, f"document.title === '{title} · Overfit Lab'")


def test_a_preset_is_shown_after_a_reload_and_back_and_not_beside_another_strength(
    address: str, open_page: OpenPage
) -> None:
    page = open_page(address)
    text = page.locator(".lab-strip").get_by_text(PRESETS["memorise"].watch)
    text.wait_for()
    field = page.locator("[data-control=l2] input[type=number]")
    field.fill("0.5")
    field.press("Enter")
    text.wait_for(state="detached")
    page.reload()
    wait_for(page, READY)
    assert text.count() == 0
    page.go_back()
    text.wait_for()
    page.reload()
    wait_for(page, READY)
    text.wait_for()


def test_the_test_loss_can_be_revealed_once_the_remedies_are_trained(address: str, open_page: OpenPage) -> None:
    few = POINTS.replace(n_epochs=3, n_remedy_starts=1)
    page = open_page(f"{address}/remedies?{urlencode(few.to_query())}")
    look = page.get_by_role("button", name="Reveal the test loss")
    assert look.is_disabled() and page.get_by_text("It opens once all remedies are trained").is_visible()
    press(page, "Run")
    wait_for(page, "[...document.querySelectorAll('button')].some((b) => /Reveal/.test(b.textContent) && !b.disabled)")
    look.click()
    page.get_by_text("The test set was looked at once.").locator("visible=true").first.wait_for()  # amid a rerun twice
