"""Double descent and Peeking in a real browser: computed once, then λ, width, k and m are picked from memory."""

from tests.browser.conftest import PHONE, figure, press, wait_for

RESTS = "!overfitLab.isBehind()"
DONE = "overfitLab.lastEpoch === 100"


def numbers(page, name, trace):
    return page.evaluate(f"[...{figure(name)}.data.find((t) => t.name === '{trace}').y]")


def stand(page, slider, axis, index):
    page.get_by_role("slider", name=slider).fill(str(index))
    wait_for(page, f"overfitLab.picked.{axis} === {index} && {RESTS}")


def test_a_small_penalty_takes_the_peak_away_from_memory(address, open_page):
    page = open_page(f"{address}/double_descent?data=sine")
    press(page, "Run")
    wait_for(page, DONE)
    wait_for(page, RESTS)
    sent = page.evaluate("window.overfitLab.sent")
    error = numbers(page, "dd_error", "fresh rows")
    assert max(error[4:]) == error[8] > 0.7  # where the width is 200
    stand(page, "Strength λ", "value", 5)
    calm = numbers(page, "dd_error", "fresh rows")
    assert max(calm[8:]) < 0.2
    assert "No peak" in page.locator(".lab-verdict").inner_text()
    assert page.evaluate("window.overfitLab.sent") == sent


def test_more_settings_look_better_and_are_not(address, open_page):
    page = open_page(f"{address}/peeking?data=sine", PHONE)
    press(page, "Run")
    wait_for(page, "overfitLab.lastEpoch === 300")
    wait_for(page, RESTS)
    mean = f"{figure('pk_winners')}.data.find((t) => t.name.startsWith('mean on {{}}')).x[0]"
    seen = {}
    for index in (0, 5):
        stand(page, "Settings tried, k", "k", index)
        seen[index] = [page.evaluate(mean.format(what)) for what in ("the test rows", "fresh rows")]
    assert seen[0][0] - seen[5][0] > 0.03 and abs(seen[0][1] - seen[5][1]) < 0.015
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
