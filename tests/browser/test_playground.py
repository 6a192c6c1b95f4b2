"""The real app in a real Chromium: Run draws, λ works while it trains, charts keep their nodes, nothing leaves the machine."""

import os
import shutil
import socket
import subprocess
import sys
import urllib.request

import pytest
from playwright.sync_api import sync_playwright

pytestmark = pytest.mark.browser
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]


@pytest.fixture(scope="module")
def address():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true", f"--server.port={port}"]
    server = subprocess.Popen([*command, "--server.address=127.0.0.1"], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    while "URL" not in (line := server.stdout.readline()):
        assert line, "the server ended before it was ready"
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health") as health:
        assert health.status == 200
    yield f"http://127.0.0.1:{port}"
    server.terminate()
    server.communicate()


@pytest.fixture
def page(address):
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM", found), args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.hosts = set()
        page.on("request", lambda request: page.hosts.add(request.url.split("/")[2].split(":")[0]))
        page.goto(address)
        page.wait_for_function("window.overfitLab && window.overfitLab.draws > 0", timeout=30_000)
        yield page
        browser.close()


def wait_for(page, condition):
    page.wait_for_function(condition, timeout=30_000)


def test_run_trains_and_draws_and_keeps_the_charts_nodes(page):
    page.evaluate("window.nodes = [...document.querySelectorAll('[data-figure]')]")
    assert page.evaluate("window.nodes.length") >= 5
    page.get_by_role("button", name="Run").click()
    wait_for(page, "window.overfitLab.draws > 20 && window.overfitLab.lastEpoch > 50")
    assert page.evaluate("window.nodes.every((node, i) => node === document.querySelectorAll('[data-figure]')[i])")
    assert page.hosts <= {"127.0.0.1", ""}


def test_l1_prunes_the_running_network_without_a_reset(page):
    page.get_by_role("button", name="Run").click()
    wait_for(page, "window.overfitLab.lastEpoch > 20")
    field = page.locator("[data-control=l1] input[type=number], [data-control=l1] input[type=text]").first
    field.fill("0.5")
    field.press("Enter")
    wait_for(page, "parseInt(document.querySelector('[data-readout=zeros]').innerText.replace(/[^0-9]*/, '')) > 0")
    assert page.evaluate("window.overfitLab.lastEpoch") > 20
    page.wait_for_url("**l1=0.5**")


def test_a_reload_finds_the_run_again_still_going(page):
    page.get_by_role("button", name="Run").click()
    wait_for(page, "window.overfitLab.lastEpoch > 100")
    page.reload()
    wait_for(page, "window.overfitLab && window.overfitLab.lastEpoch > 100")
