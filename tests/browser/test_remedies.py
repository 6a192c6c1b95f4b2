"""The Remedies page in a real browser: it grows while it trains, outlives a reload and a broken line, stands, fits a phone."""

from urllib.parse import urlencode

from core.studies.remedies.remedy import POINTS
from tests.browser.conftest import LAPTOP, PHONE, READY, figure, pause, press, wait_for
from tests.browser.test_connection import JOB, NOTE_SOCKETS

SHORT = urlencode(POINTS.replace(n_epochs=10, n_remedy_starts=2, hidden_sizes=(8,)).to_query())
LONG = "/remedies?" + urlencode(POINTS.replace(n_epochs=2900).to_query())  # does not end during a test
OWN_SOCKETS = "window.sockets.filter((s) => s.url.includes('/lab/jobs/') && s.readyState === 1)"
STEPS = "Number(document.querySelector('[data-readout=steps] dd')?.textContent.replaceAll(',', ''))"
PART = "document.querySelector('[data-readout=part] dd').textContent"
CELL = "document.querySelectorAll('[data-figure=remedies] tbody tr')[0]?.children[{}].textContent"
DONE = "document.querySelector('[data-readout=progress] dd').textContent"


def test_one_click_trains_all_and_the_test_set_opens_once(address, open_page):
    page = open_page(f"{address}/remedies?{SHORT}")
    wait_for(page, f"{CELL.format(0)} === 'Nothing' && {figure('ablation')}.data")
    press(page, "Run")
    wait_for(page, f"{PART} === 'finished'")
    assert page.evaluate(CELL.format(3)) == "not looked at"
    assert page.evaluate(f"{figure('ablation')}.data[0].x.every(Number.isFinite)")
    assert page.get_by_role("button", name="Done", exact=True).is_disabled()
    press(page, "Reveal the test loss")
    wait_for(page, f"{CELL.format(3)} !== 'not looked at'")
    page.get_by_text("The test set was looked at once.").first.wait_for()
    assert page.evaluate(f"{figure('noise_train_score')}.data[0].y.every(Number.isFinite)")


def test_what_is_there_stays_on_pause_over_a_reload_and_in_the_file(address, open_page):
    page = open_page(f"{address}/remedies?{urlencode(POINTS.replace(n_epochs=2000).to_query())}")
    press(page, "Run")
    wait_for(page, f"{DONE} !== '0%'")
    pause(page)
    shown = page.evaluate(DONE)
    page.reload()
    wait_for(page, f"window.overfitLab?.draws > 0 && {DONE} === '{shown}'")
    with page.expect_download() as download:
        press(page, "Download CSV")
    lines = download.value.path().read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("study,remedy,") and len(lines) == 1 + 10 * 10


def test_a_reload_in_the_middle_finds_the_study_still_going(address, open_page):
    page = open_page(address + LONG)
    press(page, "Run")
    wait_for(page, f"{STEPS} > 20")
    job, steps = page.evaluate(JOB), page.evaluate(STEPS)
    page.reload()
    wait_for(page, f"window.overfitLab && {STEPS} > {steps}")
    page.get_by_role("button", name="Pause", exact=True).wait_for()
    assert page.evaluate(JOB) == job


def test_a_visit_to_another_page_leaves_the_study_going(address, open_page):
    page = open_page(address + LONG)
    press(page, "Run")
    wait_for(page, f"{STEPS} > 20")
    job, steps = page.evaluate(JOB), page.evaluate(STEPS)
    page.get_by_role("link", name="Playground").first.click()
    wait_for(page, figure("fit"))
    page.get_by_role("link", name="Remedies").first.click()
    wait_for(page, f"{STEPS} > {steps}")
    assert job == page.evaluate(JOB.replace("startsWith('overfitLab.job')", "includes('remedies')"))


def run_with_noted_sockets(address, open_page):
    page = open_page(address + LONG)
    page.add_init_script(NOTE_SOCKETS)
    page.reload()
    wait_for(page, READY)
    press(page, "Run")
    return page


def test_a_broken_line_is_mended_with_the_study_kept(address, open_page):
    page = run_with_noted_sockets(address, open_page)
    wait_for(page, f"{STEPS} > 20")
    job, steps = page.evaluate(JOB), page.evaluate(STEPS)
    page.evaluate(f"{OWN_SOCKETS}.forEach((s) => s.close())")
    page.get_by_text("Connection lost.").wait_for()
    wait_for(page, f"overfitLab.connected && {STEPS} > {steps}")
    assert page.evaluate(JOB) == job and page.locator(".lab-status").inner_text() == ""


def test_a_stopped_study_keeps_its_numbers_on_screen_and_in_the_file(address, open_page):
    page = run_with_noted_sockets(address, open_page)
    wait_for(page, f"{STEPS} > 40")
    page.evaluate(f"{OWN_SOCKETS}.forEach((s) => s.send(JSON.stringify({{ type: 'stop' }})))")
    wait_for(page, "document.querySelector('.lab-primary').disabled")
    wait_for(page, READY)
    steps, loss = page.evaluate(CELL.format(6)), page.evaluate(CELL.format(2))
    assert float(loss.split()[0]) > 0
    with page.expect_download() as download:
        press(page, "Download CSV")
    first = download.value.path().read_text(encoding="utf-8").splitlines()[1].split(",")
    assert first[1] == "Nothing" and f"{int(first[-1]):,} (× 1)" == steps == page.evaluate(CELL.format(6))
    press(page, "Reset")
    wait_for(page, f"{STEPS} === 0 && !document.querySelector('.lab-primary').disabled")


def test_strengths_set_by_hand_reach_the_table_and_travel_in_the_link(address, open_page):
    page = open_page(f"{address}/remedies?{SHORT}")
    page.get_by_text("Strengths of the remedies").click()
    for label, name, typed in (
        ("Patience", "patience", "35"),
        ("Smallest improvement", "min_delta", "0.02"),  # begins with the 0.0 that stands there
        ("Smallest improvement", "min_delta", "0.025"),
    ):
        box = page.get_by_role("combobox", name=label)
        box.fill(typed)
        box.press("Enter")
        wait_for(page, f"new URLSearchParams(location.search).get('{name}') === '{typed}'")
    page.get_by_role("cell", name="patience 35 epochs, min_delta 0.025", exact=True).wait_for()
    other = open_page(page.url)
    other.get_by_role("cell", name="patience 35 epochs, min_delta 0.025", exact=True).wait_for()
    assert other.evaluate(STEPS) == 0 and other.get_by_role("button", name="Run", exact=True).is_enabled()


def test_a_look_at_the_test_rows_counts_over_a_reload_and_a_changed_setting(address, open_page):
    page = open_page(f"{address}/remedies?{SHORT}")
    press(page, "Run")
    wait_for(page, f"{PART} === 'finished'")
    press(page, "Reveal the test loss")
    page.get_by_text("The test set was looked at once.").first.wait_for()
    page.reload()
    page.get_by_text("The test set was looked at once.").first.wait_for()
    wait_for(page, f"{CELL.format(3)} !== 'not looked at'")
    assert page.get_by_role("button", name="Reveal the test loss").is_disabled()
    page.get_by_text("Tune each strength first").click()
    wait_for(page, f"{STEPS} === 0 && {CELL.format(3)} === 'not looked at'")
    page.get_by_role("button", name="Look again (look 2)").wait_for()
    page.reload()
    page.get_by_role("button", name="Look again (look 2)").wait_for()


def test_the_page_does_not_jump_while_it_trains(address, open_page):
    page = open_page(address + LONG)
    press(page, "Run")
    wait_for(page, f"{STEPS} > 10")
    parts = "document.querySelectorAll('.lab-stage > *, [data-figure=ablation], [data-figure=remedies]')"
    places = f"JSON.stringify([...{parts}].map((part) => part.offsetTop))"
    before = page.evaluate(places)
    wait_for(page, f"{STEPS} > 200")
    assert page.evaluate(places) == before


def test_it_fits_a_phone_dark_and_while_it_trains(address, open_page):
    page = open_page(f"{address}/remedies?{SHORT}&tune_remedies=True", PHONE, color_scheme="dark")
    wait_for(page, f"{CELL.format(0)} === 'Nothing' && {figure('ablation')}._fullLayout")
    light = open_page(f"{address}/remedies?{SHORT}", LAPTOP, color_scheme="light")
    wait_for(light, f"{figure('ablation')}._fullLayout")
    color = f"{figure('ablation')}._fullLayout.font.color"
    assert page.evaluate(color) != light.evaluate(color)
    press(page, "Run")
    for part in ("tuning", "finished"):
        wait_for(page, f"{PART} === '{part}'")
        assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= PHONE["width"]
        assert page.evaluate(
            "[...document.querySelectorAll('.lab-sheet')].every((sheet) => sheet.scrollWidth <= sheet.clientWidth)"
        )
    widths = page.evaluate("[...document.querySelectorAll('[data-figure]')].map((card) => card.clientWidth)")
    assert len(widths) == 6 and min(widths) > 330
