"""What happens to a run when the page is reloaded, the line breaks, or the server starts anew."""

import re
import time
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, WebSocketRoute

from core.stream.checkpoints import get_checkpoints
from core.studies.compare.variants import TASK
from tests.browser.conftest import LONG, READY, OpenPage, Server, is_bad, pause, press, serving, wait_for

LIVE = {
    "playground": LONG,
    "compare": "/compare?" + urlencode(TASK.replace(n_epochs=100_000, hidden_sizes=(8,)).to_query()),
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


def test_a_hurry_through_the_pages_on_a_slow_line_ends_on_a_page_that_lives(address: str, browser: Browser) -> None:
    """The answers to all presses come after the last press: what the browser said it had must still be there then."""
    page = browser.new_context().new_page()
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if is_bad(message) else None)
    held: list[tuple[WebSocketRoute, str | bytes]] = []
    is_slow = False

    def hold(line: WebSocketRoute) -> None:
        server = line.connect_to_server()
        server.on_message(lambda answer: held.append((line, answer)) if is_slow else line.send(answer))
        line.on_message(server.send)

    page.route_web_socket(re.compile("_stcore/stream"), hold)
    page.goto(address + LONG)
    wait_for(page, READY)
    is_slow = True
    for name in ("Compare", "Remedies", "Compare", "Remedies", "Playground"):
        n_held = len(held)
        page.get_by_role("link", name=name, exact=True).click()
        wait_until(page, lambda n=n_held: len(held) > n + 20)  # a whole page has been answered
    is_slow = False
    for line, answer in held:
        line.send(answer)
    wait_for(page, f"document.title.startsWith('Playground') && {READY}")
    page.get_by_role("button", name="Run", exact=True).click()
    wait_for(page, "overfitLab.lastEpoch > 10")
    assert errors == []
    page.context.close()


def wait_until(page: Page, holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        page.wait_for_timeout(20)


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


def restart_after(page: Page, server: Server, epoch: int) -> None:
    """Pause at `epoch` or later, kill the server once the run is put away, start it, and wait for the next job."""
    wait_for(page, f"overfitLab.lastEpoch > {epoch}")
    pause(page)
    job, reached = page.evaluate(JOB), page.evaluate("overfitLab.lastEpoch")
    deadline = time.monotonic() + 20
    while (kept := get_checkpoints().load(job)) is None or kept.meta["epoch"] != reached:
        assert time.monotonic() < deadline, f"epoch {reached} was not kept"
        page.evaluate("new Promise((done) => requestAnimationFrame(done))")
    server.stop()
    page.get_by_text("Connection lost.").wait_for()
    server.start()


def test_a_run_goes_on_after_the_server_was_killed_and_started_anew(open_page: OpenPage) -> None:
    open_page.is_lenient = True  # type: ignore[attr-defined]  # the browser itself reports refused connections
    with serving("app.py") as server:
        page = open_page(server.address + "?n_train=33&n_epochs=1000000&batch_size=11")
        press(page, "Run")
        wait_for(page, "overfitLab.lastEpoch > 10")
        job = page.evaluate(JOB)
        field = page.locator("[data-control=l1] input[type=number]")
        field.fill("0.005")
        field.press("Enter")
        restart_after(page, server, 40)
        page.get_by_text("Goes on after a break, from epoch").wait_for()
        wait_for(page, f"window.overfitLab?.connected && {JOB} && {JOB} !== '{job}' && overfitLab.lastEpoch > 40")
        assert "n_train=33" in page.url and "l1=0.005" in page.url
        wait_for(page, "overfitLab.strengths.l1 === 0.005")
        press(page, "Run")
        wait_for(page, "overfitLab.lastEpoch > 200")


def test_a_run_of_which_nothing_was_kept_begins_anew_and_says_so(open_page: OpenPage) -> None:
    open_page.is_lenient = True  # type: ignore[attr-defined]
    with serving("app.py") as server:
        page = open_page(server.address + "?n_train=33")
        press(page, "Run")
        wait_for(page, "overfitLab.lastEpoch > 10")
        job = page.evaluate(JOB)
        server.stop()
        get_checkpoints().forget(job)
        page.get_by_text("Connection lost.").wait_for()
        server.start()
        page.get_by_text("The run that this tab had is no longer on the server").wait_for()
        wait_for(page, f"window.overfitLab?.connected && {JOB} && {JOB} !== '{job}' && overfitLab.lastEpoch === 0")
        press(page, "Run")
        wait_for(page, "overfitLab.lastEpoch > 10")


def test_a_duplicated_tab_has_its_own_run_and_leaves_the_first_one_alone(address: str, open_page: OpenPage) -> None:
    first = open_page(address + LONG)
    press(first, "Run")
    wait_for(first, "overfitLab.lastEpoch > 60")
    with first.expect_popup() as opened:
        first.evaluate(
            "window.open(location.href)"
        )  # with all that the first one stored, as a browser duplicates a tab
    second = opened.value
    wait_for(second, READY)
    job = first.evaluate(JOB)
    wait_for(second, f"{JOB} && {JOB} !== '{job}'")
    before = second.evaluate(JOB)
    points = second.get_by_role("combobox", name="Training points")
    points.fill("33")
    points.press("Enter")
    second.wait_for_url("**n_train=33**")
    wait_for(second, f"{JOB} && {JOB} !== '{before}' && {READY} && overfitLab.lastEpoch === 0")
    epoch = first.evaluate("overfitLab.lastEpoch")
    wait_for(first, f"overfitLab.lastEpoch > {epoch} + 20")
    assert first.evaluate(JOB) == job and first.locator(".lab-status").inner_text() == ""
    own = second.evaluate(JOB)
    for tab, of_tab in ((first, job), (second, own)):
        tab.reload()
        wait_for(tab, READY)
        assert tab.evaluate(JOB) == of_tab
