"""Own data in a real browser: from a file on the disk to a run within seconds, and nothing of it written anywhere."""

import time
from pathlib import Path

import numpy as np
import pytest

from core.data import load_split
from core.settings.experiment import DataConfig
from tests.browser.conftest import LAPTOP, PHONE, READY, press, serving, wait_for

WAYS = "[...document.querySelectorAll('p')].some((p) => p.textContent === 'Or paste rows')"
READ = "[...document.querySelectorAll('p')].some((p) => p.textContent === 'What was decided')"
TRAIN = "button:has-text('Train on this')"
NO_SIDEWAYS = "document.querySelector('[data-testid=stMain]').scrollWidth <= innerWidth + 1"


@pytest.fixture(scope="module")
def large_file(tmp_path_factory) -> Path:
    """Return a file of 20,000 × 50 numbers, nearly 5 MB, with a word that is looked for."""
    path = tmp_path_factory.mktemp("own") / "large.csv"
    values = np.random.default_rng(0).standard_normal((20_000, 50))
    names = ",".join(["needle_in_the_names", *(f"c{i}" for i in range(49))])
    np.savetxt(path, values, "%.1f", ",", header=names, comments="")
    return path


@pytest.fixture
def note(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("WRITTEN_NOTE", str(tmp_path / "written"))
    return tmp_path / "written"


def test_a_large_file_is_read_at_once_trained_on_and_never_written(open_page, large_file, note):
    with serving("tests/browser/watched_app.py") as server:
        page = open_page(f"{server.address}/data", ready=WAYS)
        time_of_start = note.read_text()
        began = time.perf_counter()
        page.set_input_files("input[type=file]", str(large_file))
        wait_for(page, READ)
        assert time.perf_counter() - began < 10  # also beside busy neighbours
        page.click(TRAIN)
        wait_for(page, READY)
        press(page, "Run")
        wait_for(page, "overfitLab.lastEpoch >= 20")
        assert note.read_text() == time_of_start
        assert "needle" not in page.url


@pytest.mark.parametrize(("viewport", "scheme"), [(LAPTOP, "light"), (PHONE, "dark")])
def test_a_sample_is_understood_on_every_screen(open_page, address, viewport, scheme):
    page = open_page(f"{address}/data", viewport, ready=WAYS, color_scheme=scheme)
    page.click("button:has-text('Open') >> nth=2")
    wait_for(page, READ)
    assert page.evaluate(NO_SIDEWAYS)
    page.click(TRAIN)
    wait_for(page, READY)
    page.goto(page.url.replace("/?", "/path?"))  # a new session: the file is not open there
    wait_for(page, "document.body.textContent.includes('that is not open in this browser tab')")


def test_what_is_no_table_says_so_and_the_next_file_is_read(open_page, address, tmp_path):
    (tmp_path / "odd.csv").write_bytes(b"\x89PNG\r\n" + b"0" * 200)
    (tmp_path / "good.csv").write_text("x,y\n" + "\n".join(f"{i * 7 % 31},{i * i % 97}" for i in range(80)))
    page = open_page(f"{address}/data", ready=WAYS)
    page.set_input_files("input[type=file]", str(tmp_path / "odd.csv"))
    wait_for(page, "document.body.textContent.includes('received a picture (PNG)')")
    page.set_input_files("input[type=file]", str(tmp_path / "good.csv"))
    wait_for(page, READ)


HOVER = """(() => {
  const plot = document.querySelector('[data-figure=path] .lab-plot');
  const curveNumber = plot.data.findIndex((trace) => trace.name === 'validation');
  Plotly.Fx.hover(plot, [{ curveNumber, pointNumber: 3 }]);
  return [plot.querySelector('.hoverlayer').textContent, plot._fullData[curveNumber].y[3]];
})()"""


def test_a_loss_is_read_in_the_target_s_own_unit_where_one_points_and_in_its_table(open_page, address):
    page = open_page(f"{address}/path?data=diabetes&n_train=100&hidden_sizes=8&n_epochs=30")
    press(page, "Run")
    wait_for(page, "overfitLab.lastEpoch >= 30")
    assert page.locator("[data-readout=val_loss] .lab-own").inner_text().startswith("off by ")
    said, loss = page.evaluate(HOVER)
    error = np.sqrt(loss) * load_split(DataConfig(name="diabetes", n_train=100)).y_scale
    assert f"off by {float(f'{error:.3g}'):g} in disease progression" in said
    page.locator("[data-figure=path]").get_by_role("button", name="table").click()
    table = page.locator("[data-figure=path] .lab-table table").first
    assert "validation, off by in disease progression" in table.inner_text()
