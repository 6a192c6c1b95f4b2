"""What happens to a run when the page is reloaded, the line breaks, or the server starts anew."""

from urllib.parse import urlencode

import pytest

from core.studies.compare import TASK
from tests.browser.conftest import LONG, READY, OpenPage, press, serving, wait_for

LIVE = {
    "playground": LONG,
    "compare": "/compare?" + urlencode(TASK.replace(n_epochs=1_000_000, hidden_sizes=(8,)).to_query()),
}
everywhere = pytest.mark.parametrize("path", LIVE.values(), ids=LIVE)

# Keeps the page's sockets within reach; every script of the page runs after this one.
NOTE_SOCKETS = """
  window.sockets = [];
  window.WebSocket = class extends WebSocket {
    constructor(...a) { super(...a); window.sockets.push(this); }
  };
"""
JOB = "Object.entries(sessionStorage).find(([key]) => key.startsWith('overfitLab.job'))?.[1]"


@everywhere
def test_a_reload_finds_the_run_again_still_going(address: str, open_page: OpenPage, path: str) -> None:
    page = open_page(address + path)
    press(page, "Run")
    wait_for(page, "overfitLab.lastEpoch > 60")
    job, epoch = page.evaluate(JOB), page.evaluate("overfitLab.lastEpoch")
    page.reload()
    wait_for(page, f"window.overfitLab && overfitLab.lastEpoch > {epoch}")
    page.get_by_role("button", name="Pause").wait_for()
    assert page.evaluate(JOB) == job


@everywhere
def test_a_broken_line_is_mended_with_the_state_kept(address: str, open_page: OpenPage, path: str) -> None:
    page = open_page(address + path)
    page.add_init_script(NOTE_SOCKETS)
    page.reload()
    wait_for(page, READY)
    press(page, "Run")
    wait_for(page, "overfitLab.lastEpoch > 30")
    job, epoch = page.evaluate(JOB), page.evaluate("overfitLab.lastEpoch")
    page.evaluate(
        "window.sockets.filter((s) => s.url.includes('/lab/jobs/') && s.readyState === 1).forEach((s) => s.close())"
    )
    page.get_by_text("Connection lost.").wait_for()
    wait_for(page, f"overfitLab.connected && overfitLab.lastEpoch > {epoch} + 5")
    assert page.evaluate(JOB) == job
    assert page.locator(".lab-status").inner_text() == ""


def test_a_run_that_begins_late_does_not_reload_the_page(open_page: OpenPage) -> None:
    with serving("tests/browser/slow_app.py") as server:
        page = open_page(server.address + LONG)
        page.evaluate("window.isTheSamePage = true")
        job = page.evaluate(JOB)
        points = page.get_by_role("combobox", name="Training points")
        points.fill("33")
        points.press("Enter")
        wait_for(page, f"{JOB} && {JOB} !== '{job}' && {READY}")
        assert page.evaluate("window.isTheSamePage")
        assert page.locator(".lab-status").inner_text() == ""


def test_a_strength_set_between_two_runs_reaches_the_next(open_page: OpenPage) -> None:
    with serving("tests/browser/slow_app.py") as server:
        page = open_page(server.address + LONG)
        points = page.get_by_role("combobox", name="Training points")
        points.fill("33")
        points.press("Enter")
        page.get_by_text("This run has ended on the server.").wait_for()
        field = page.locator("[data-control=l1] input[type=number]")
        field.fill("0.5")
        field.press("Enter")
        page.wait_for_url("**l1=0.5**")
        wait_for(page, f"{READY} && overfitLab.strengths.l1 === 0.5")


def test_a_server_that_starts_anew_gives_a_new_run(open_page: OpenPage) -> None:
    open_page.is_lenient = True  # type: ignore[attr-defined]  # the browser itself reports refused connections
    with serving("app.py") as server:
        page = open_page(server.address + "?n_train=33")
        press(page, "Run")
        wait_for(page, "overfitLab.lastEpoch > 10")
        job = page.evaluate(JOB)
        server.stop()
        page.get_by_text("Connection lost.").wait_for()
        server.start()
        wait_for(page, f"window.overfitLab?.connected && {JOB} && {JOB} !== '{job}' && overfitLab.lastEpoch === 0")
        assert "n_train=33" in page.url
        press(page, "Run")
        wait_for(page, "overfitLab.lastEpoch > 10")
