"""The Features page in a real browser: λ is picked from memory, crosses mark inputs that are out, digits are pictures."""

from urllib.parse import urlencode

from core.studies.features import DIGITS, TASK
from tests.browser.conftest import PHONE, figure, press, wait_for

SHORT = urlencode(TASK.replace(n_epochs=150).to_query())
SAID = "document.querySelector('[data-readout={}] dd').textContent"
RUN_ON = "[...document.querySelectorAll('.lab-button')].some((b) => b.textContent === 'Run on')"


def trained(open_page, address, query=SHORT, *more, **options):
    page = open_page(f"{address}/features?{query}", *more, **options)
    press(page, "Run")
    wait_for(page, RUN_ON)
    wait_for(page, f"{figure('inputs_l1')}.data")
    return page


def test_lambda_is_picked_from_memory_and_says_what_is_kept(address, open_page):
    page = trained(open_page, address)
    slider = page.get_by_role("slider", name="Strength λ")
    slider.focus()
    page.keyboard.press("Home")
    wait_for(page, f"{SAID.format('false')} === '20'")
    sent = page.evaluate("window.overfitLab.sent")
    page.keyboard.press("End")
    wait_for(page, f"{SAID.format('false')} !== '20' && !overfitLab.isBehind()")
    n_out = page.evaluate(f"{figure('inputs_l1')}.data[1].x.filter((v) => v === 0).length")
    assert page.evaluate(SAID.format("in_use_l1")) == f"{23 - n_out} of 23" and n_out > 15
    assert page.evaluate(SAID.format("in_use_l2")) == "23 of 23"
    assert page.evaluate("window.overfitLab.sent") == sent
    assert "λ_1se" in page.locator(".lab-verdict").inner_text()


def test_the_picked_lambda_and_the_run_are_there_after_a_visit_elsewhere(address, open_page):
    page = trained(open_page, address)
    page.get_by_role("slider", name="Strength λ").focus()
    page.keyboard.press("End")
    wait_for(page, "window.overfitLab.picked.lambda === 10")
    page.get_by_role("link", name="Playground").click()
    page.get_by_role("slider", name="L1 strength λ₁").wait_for()
    page.get_by_role("link", name="Features").click()
    wait_for(page, f"document.querySelector('[data-readout=false]') && {SAID.format('epoch')} === '150 of 150'")
    assert page.get_by_role("slider", name="Strength λ").input_value() == "10"


def test_digits_are_pictures_and_fit_a_phone(address, open_page):
    query = urlencode(DIGITS.replace(n_epochs=10).to_query())
    page = trained(open_page, address, query, PHONE, color_scheme="dark")
    wait_for(page, f"{figure('inputs_l1')}.data[0].z.length === 8")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
