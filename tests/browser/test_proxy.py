"""The pages behind proxies of every kind: the stage appears, its run goes, and no address outside the proxy is asked."""

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from core.presets import START
from tests.browser.conftest import READY, OpenPage, Server, press, serving, wait_for
from tests.browser.proxy import Proxy, in_front

SHORT = "/?" + urlencode(START.replace(n_epochs=2000).to_query())  # no page asks before it trains so little
GOES = "overfitLab.connected && overfitLab.lastEpoch > 5"


@pytest.fixture(scope="module")
def plain() -> Iterator[Server]:
    with serving("app.py") as server:
        yield server


def goes_behind(proxy: Proxy, open_page: OpenPage, prefix: str) -> None:
    """Open the Playground and a page below it through a proxy, go from one to the other, and have both draw."""
    with in_front(proxy) as address:
        page = open_page(f"{address}{prefix}{SHORT}", **({"ignore_https_errors": True} if proxy.tls else {}))
        press(page, "Run")
        wait_for(page, GOES)
        page.get_by_role("link", name="Compare").click()
        page.wait_for_url(f"{address}{prefix}/compare?**")
        wait_for(page, "window.overfitLab?.draws > 0 && overfitLab.connected")
        page.reload()
        wait_for(page, "window.overfitLab?.draws > 0 && overfitLab.connected")
        page.close()


def test_a_proxy_that_forwards_only_the_base_path(open_page: OpenPage) -> None:
    with serving("app.py", "--server.baseUrlPath=class/one") as server:
        goes_behind(Proxy(server.port, prefix="/class/one"), open_page, "/class/one")


def test_a_proxy_that_strips_a_prefix(plain: Server, open_page: OpenPage) -> None:
    goes_behind(Proxy(plain.port, prefix="/class", strips=True), open_page, "/class")


def test_a_proxy_that_rewrites_host_and_says_so(plain: Server, open_page: OpenPage) -> None:
    goes_behind(Proxy(plain.port, host=f"127.0.0.1:{plain.port}", says_host=True), open_page, "")


def test_tls_in_front(plain: Server, open_page: OpenPage) -> None:
    goes_behind(Proxy(plain.port, prefix="/class", strips=True, tls=True), open_page, "/class")


def test_a_proxy_that_rewrites_host_and_says_nothing_needs_a_setting(open_page: OpenPage) -> None:
    with serving(
        "app.py", "--browser.serverAddress=localhost.", "--server.corsAllowedOrigins=http://elsewhere"
    ) as server:
        open_page.is_lenient = True  # type: ignore[attr-defined]  # what is refused is reported by the browser
        with in_front(Proxy(server.port, host="lab.internal")) as address:
            page = open_page(address, ready="document.body.innerText.includes('403')")
            assert "403" in page.inner_text("body")


def test_a_stage_that_is_refused_says_why_and_does_not_try_again(plain: Server, open_page: OpenPage) -> None:
    """The page is let in, its stage is not: the proxy rewrites Host for the stage's stream alone."""
    with in_front(Proxy(plain.port, host="lab.internal", rewrites="/lab/jobs/")) as address:
        page = open_page(address, ready="document.querySelector('.lab-status')?.innerText.includes('refused')")
        said = f"The server refused the page {address}: it is not in the setting server.corsAllowedOrigins."
        assert page.inner_text(".lab-status") == said
        tries = []
        page.on("websocket", lambda websocket: tries.append(websocket.url))
        page.wait_for_timeout(2000)  # a stage that tried again would do so after half a second
        assert tries == [] and page.inner_text(".lab-status") == said


def test_the_page_asks_no_foreign_host_even_if_told_to(plain: Server, open_page: OpenPage) -> None:
    open_page.is_lenient = True  # type: ignore[attr-defined]  # the browser reports what it blocks
    page = open_page(plain.address)
    blocked = page.evaluate(
        """() => new Promise((done) => {
            document.addEventListener('securitypolicyviolation', (event) => done(event.violatedDirective));
            Object.assign(new Image(), { src: 'http://198.51.100.7/x.png' });
        })"""
    )
    assert blocked == "img-src"


PAGES = ["", "path", "cv", "compare", "remedies", "features", "bias_variance", "double_descent", "peeking"]


@pytest.mark.parametrize("name", PAGES)
def test_every_page_works_under_the_policy_and_first_visits_are_small(
    plain: Server, open_page: OpenPage, name: str
) -> None:
    """`open_page` fails on any error in the console, such as a blocked script; 2.2 MB is a second on a phone's line."""
    sizes: list[float] = []

    page = open_page("about:blank", ready="true")
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.clearBrowserCache")
    line.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(f"{plain.address}/{name}")
    wait_for(page, READY)
    page.wait_for_load_state("networkidle")
    assert 1e6 < sum(sizes) <= 2.2e6
