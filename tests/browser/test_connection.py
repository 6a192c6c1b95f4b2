"""What happens to a run when the page is reloaded, the line breaks, or the server starts anew."""

from tests.browser.conftest import LONG, READY, OpenPage, press, serving, wait_for

# Keeps the page's sockets within reach; every script of the page runs after this one.
NOTE_SOCKETS = """
  window.sockets = [];
  window.WebSocket = class extends WebSocket {
    constructor(...a) { super(...a); window.sockets.push(this); }
  };
"""
JOB = "Object.entries(sessionStorage).find(([key]) => key.startsWith('overfitLab.job'))?.[1]"


def test_a_reload_finds_the_run_again_still_going(address: str, open_page: OpenPage) -> None:
    page = open_page(address + LONG)
    press(page, "Run")
    wait_for(page, "overfitLab.lastEpoch > 60")
    page.reload()
    wait_for(page, "window.overfitLab && overfitLab.lastEpoch > 60")
    page.get_by_role("button", name="Pause").wait_for()


def test_a_broken_line_is_mended_with_the_state_kept(address: str, open_page: OpenPage) -> None:
    page = open_page(address + LONG)
    page.context.add_init_script(NOTE_SOCKETS)
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
