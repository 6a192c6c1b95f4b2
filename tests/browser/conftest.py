"""A real server and a real Chromium for all browser tests: `serve` starts an app, `open_page` opens it in a fresh tab."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, Error, Page, sync_playwright

from core.presets import START

ROOT = Path(__file__).resolve().parents[2]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]
ONE_PROCESS = "--process-per-site"  # for all tabs of a server, so that a script is compiled once
KEPT_FILE = "/lab/assets/0/stage.css"  # what a tab shows that only keeps its process alive
LAPTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
TIMEOUT_MS = 60_000  # also beside busy neighbours; all waits end with what they wait for
TEST_S = 240
POLL_MS = 15
TURN_MS = 2000.0  # a page asks for so long before the test asks it again
LONG = "/?" + urlencode(START.replace(n_epochs=1_000_000).to_query())  # the Playground; does not end during a test
READY = "window.overfitLab && overfitLab.draws > 0 && !overfitLab.isBehind()"  # every chart is built and drawn
HARMLESS = ("preloaded using link preload but not used",)

OpenPage = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of this folder needs a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.timeout(TEST_S))


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class Server:
    """`streamlit run` of one app; `start` again after `stop` keeps the port."""

    def __init__(self, app: str, *options: str) -> None:
        self.app, self.options, self.port = app, options, free_port()
        self.address = f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [sys.executable, "-m", "streamlit", "run", self.app, "--server.headless=true"]
        command += [f"--server.port={self.port}", "--server.address=127.0.0.1", *self.options]
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        self.process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        while "URL" not in (line := self.process.stdout.readline()):
            assert line, "the server ended before it was ready"
        with socket.create_connection(("127.0.0.1", self.port)) as line:  # answered when the app is loaded
            line.sendall(b"GET / HTTP/1.0\r\n\r\n")
            assert line.recv(1)

    def stop(self) -> None:
        self.process.kill()
        self.process.communicate()


@contextmanager
def serving(app: str, *options: str) -> Iterator[Server]:
    """Run an app, given by its path from the root, for the length of a `with`, with settings as on the command line."""
    server = Server(app, *options)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="package")
def address() -> Iterator[str]:
    """Address of the app itself."""
    with serving("app.py") as server:
        yield server.address


@pytest.fixture(scope="package")  # not longer: while Playwright is open, no test of asyncio can run in this thread
def browser() -> Iterator[Browser]:
    """One Chromium for all tests. Its first context keeps files, and what they are compiled to, as a profile does."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            "", executable_path=os.environ.get("CHROMIUM", found), args=[*FLAGS, ONE_PROCESS], viewport=LAPTOP
        )
        assert context.browser is not None
        yield context.browser
        context.close()


class Tabs:
    """Tabs of a browser. Those whose context needs the same options share it: files are fetched and compiled once.

    All tabs of a site share one process, which lives as long as one of them: one in each context stays.
    """

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.contexts = {"{}": browser.contexts[0]}
        self.kept: dict[str, Page] = {}

    def open(self, address: str, viewport: dict[str, int], media: dict[str, str], options: dict[str, object]) -> Page:
        """Return a new tab, still empty, in the context of these options, for a page at this address."""
        key = repr(options)
        if key not in self.contexts:
            self.contexts[key] = self.browser.new_context(**options)  # type: ignore[arg-type]
        if key not in self.kept and address.startswith("http:"):
            self.keep(key, origin_of(address))
        page = self.contexts[key].new_page()
        page.set_default_timeout(TIMEOUT_MS)
        if viewport != LAPTOP or key != "{}":
            page.set_viewport_size(viewport)  # type: ignore[arg-type]
        if media:
            page.emulate_media(**media)  # type: ignore[arg-type]
        return page

    def keep(self, key: str, origin: str) -> None:
        """Have a tab that stays, unless the file is not to be had there: behind a proxy that forwards only some paths."""
        tab = self.contexts[key].new_page()
        try:
            tab.goto(origin + KEPT_FILE)
        except Error:
            tab.close()
        else:
            self.kept[key] = tab

    def forget(self, address: str) -> None:
        """Forget what pages of this server have noted for later visits, such as a sidebar that was closed."""
        for tab in self.kept.values():
            line = tab.context.new_cdp_session(tab)
            line.send("Storage.clearDataForOrigin", {"origin": origin_of(address), "storageTypes": "local_storage"})
            line.detach()


def origin_of(address: str) -> str:
    return "{0.scheme}://{0.netloc}".format(urlsplit(address))


@pytest.fixture(scope="package")
def tabs(browser: Browser) -> Tabs:
    return Tabs(browser)


@pytest.fixture
def open_page(tabs: Tabs) -> Iterator[OpenPage]:
    """A function that opens an address in a new tab and waits for the first drawing.

    At the end no page may have asked a foreign host or written an error to its console.
    """
    pages, problems = [], []

    def note(request: object) -> None:
        host = request.url.split("/")[2].split(":")[0]  # type: ignore[attr-defined]
        if host not in ("127.0.0.1", "localhost", ""):
            problems.append(f"foreign host {host}")

    def open_page(address: str, viewport: dict[str, int] = LAPTOP, ready: str = READY, **options: object) -> Page:
        media = {name: str(options.pop(name)) for name in ("color_scheme", "reduced_motion") if name in options}
        if not pages:
            tabs.forget(address)
        page = tabs.open(address, viewport, media, options)
        pages.append(page)
        page.on("request", note)
        page.on("pageerror", lambda error: problems.append(f"error {error}"))
        page.on("console", lambda message: problems.append(message.text) if is_bad(message) else None)
        page.goto(address)
        wait_for(page, ready)
        return page

    open_page.is_lenient = False  # type: ignore[attr-defined]  # True where the test itself breaks the line
    yield open_page
    for page in pages:
        page.close()
    assert problems == [] or open_page.is_lenient  # type: ignore[attr-defined]


def is_bad(message: object) -> bool:
    text = message.text  # type: ignore[attr-defined]
    return message.type == "error" and not any(part in text for part in HARMLESS)  # type: ignore[attr-defined]


# Asks in the page itself, so that nobody is busy with asking.
WAIT = """async ([turn_ms, poll_ms]) => {
  const end = performance.now() + turn_ms;
  for (;;) {
    const found = await (%s);
    if (found) return true;
    if (performance.now() > end) return false;
    await new Promise((wake) => setTimeout(wake, poll_ms));
  }
}"""


def wait_for(page: Page, condition: str, timeout_ms: float = TIMEOUT_MS) -> None:
    """Wait until a JavaScript condition holds, also while the page is loaded anew.

    Playwright's own `wait_for_function` has the page itself evaluate a text, which its Content-Security-Policy forbids.
    """
    deadline = time.monotonic() + timeout_ms / 1000
    while not holds(page, condition, min(TURN_MS, timeout_ms)):
        assert time.monotonic() < deadline, f"waited in vain for {condition}"


def holds(page: Page, condition: str, turn_ms: float) -> bool:
    """Return whether the condition comes to hold within this time, in the document that is there now."""
    try:
        return bool(page.evaluate(WAIT % condition, [turn_ms, POLL_MS]))
    except Error as error:
        if "context was destroyed" in error.message or "navigat" in error.message:
            page.wait_for_timeout(POLL_MS)
            return False
        raise


def unfold(page: Page) -> None:
    """Show the part of the dock that is folded, where there is one."""
    more = page.locator(".lab-folds:not([hidden]) [aria-expanded=false]:not(.lab-formula)")
    if more.count():
        more.click()


def open_sidebar(page: Page) -> None:
    """Open the sidebar, which stands closed beside a dock."""
    button = page.get_by_role("button", name="Data & network", exact=True)
    if button.count() and not page.get_by_test_id("stSidebarUserContent").is_visible():
        button.click()
    page.get_by_test_id("stSidebarUserContent").wait_for()


def type_strength(page: Page, key: str, value: str) -> None:
    """Type a number into the field of a slider."""
    field = page.locator(f"[data-control={key}] input[type=number]")
    if not field.is_visible():
        unfold(page)
    field.fill(value)
    field.press("Enter")


def press(page: Page, name: str) -> None:
    """Press the button of exactly this name."""
    if name in ("Step", "Reset"):
        unfold(page)
    page.get_by_role("button", name=name, exact=True).click()


def pause(page: Page) -> None:
    """Press Pause and wait until its last snapshot is drawn."""
    press(page, "Pause")
    page.get_by_role("button", name="Run", exact=True).wait_for()


def fit_curve() -> str:
    """JavaScript of the values of the fitted curve."""
    return f"{figure('fit')}.data.find((trace) => trace.name === 'network').y"


def figure(name: str) -> str:
    """JavaScript of a chart's plot."""
    return f"document.querySelector('[data-figure={name}] .lab-plot')"
