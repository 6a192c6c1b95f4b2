"""A copied link repeats the run that is seen: the same changes at the same steps, and so the same numbers."""

from urllib.parse import urlencode

from playwright.sync_api import Page

from core.presets import START
from tests.browser.conftest import OpenPage, press, type_strength, wait_for

SHORT = "/?" + urlencode(START.replace(n_epochs=300, hidden_sizes=(8,)).to_query())
NUMBERS = "[...document.querySelectorAll('.lab-dock .lab-readouts dd')].map((one) => one.textContent)"


def run_to_the_end(page: Page, epoch: int) -> list[str]:
    page.get_by_text("Full", exact=True).click()
    press(page, "Run")
    wait_for(page, f"overfitLab.lastEpoch === {epoch}")
    page.get_by_role("button", name="Run on", exact=True).wait_for()
    return [str(one) for one in page.evaluate(NUMBERS)]


def test_a_copied_link_repeats_the_changes_of_the_run(address: str, open_page: OpenPage) -> None:
    page = open_page(address + SHORT)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    run_to_the_end(page, 300)
    type_strength(page, "l2", "0.01")  # lets the run go on for as many epochs again
    wait_for(page, "overfitLab.lastEpoch === 600")
    page.get_by_role("button", name="Run on", exact=True).wait_for()
    page.wait_for_url("**l2=0.01*")
    seen = page.evaluate(NUMBERS)
    press(page, "Copy link")
    page.get_by_text("Link copied, with the changes of this run: it repeats them.").wait_for()
    link = page.evaluate("navigator.clipboard.readText()")
    assert "changes=l2%3A300%3A0.01" in link and "l2=0.0" in link

    other = open_page(link)
    assert other.get_by_text("This link repeats a run").is_visible()
    assert other.evaluate("overfitLab.strengths.l2") == 0
    assert "changes=l2" in other.url
    assert run_to_the_end(other, 600) == seen
    assert other.evaluate("overfitLab.strengths.l2") == 0.01
    other.reload()
    wait_for(other, "window.overfitLab && overfitLab.lastEpoch === 600")  # the run of before the reload

    type_strength(other, "l2", "0.02")  # from here on it is one's own
    other.wait_for_url(lambda url: "changes" not in url and "l2=0.02" in url)
    assert other.evaluate("overfitLab.lastEpoch") > 0
    other.get_by_text("This link repeats a run").wait_for(state="hidden")


def test_a_link_with_changes_that_cannot_be_read_says_so_and_opens_without(address: str, open_page: OpenPage) -> None:
    page = open_page(address + SHORT + "&changes=l2:x:<b>")
    page.get_by_text("The link has changes of a run that cannot be used").wait_for()
    assert page.locator("[data-testid=stAlert] b").count() == 0
    press(page, "Run")
    wait_for(page, "overfitLab.lastEpoch > 0")
