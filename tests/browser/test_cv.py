"""Cross-validation in the browser: it fills while it trains, a λ is picked by click, refit, the look at the test set, a phone."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, OpenPage, figure, pause, press, wait_for

STUDY = "/?data=diabetes&n_train=150&hidden_sizes=16&learning_rate=0.01&batch_size=32&values=0,0.01,0.03,0.1,0.3,1"
DRAWN = "document.querySelectorAll('[data-figure] .main-svg').length >= 9"
FINISHED = "document.querySelector('[data-readout=epoch] dd')?.textContent === '{0} of {0}'"


@pytest.fixture
def open_study(address: str, open_page: OpenPage):
    """Open the page from the Playground, which hands its experiment on."""

    def open_study(n_epochs: int, n_repeats: int = 1, **options: object) -> Page:
        page = open_page(f"{address}{STUDY}&n_epochs={n_epochs}&n_repeats={n_repeats}", **options)
        if options.get("viewport") == PHONE:
            page.get_by_test_id("stExpandSidebarButton").click()
        page.get_by_role("link", name="Cross-validation").first.click()
        wait_for(page, "document.querySelector('[data-figure=cv]')")
        wait_for(page, DRAWN)
        return page

    return open_study


def test_the_curve_fills_while_it_trains_and_a_click_picks_a_value(open_study) -> None:
    page = open_study(500)
    press(page, "Run")
    wait_for(page, "overfitLab.lastEpoch > 20")
    pause(page)
    assert page.evaluate(f"{figure('cv')}.data.find((t) => t.name === 'mean').y.length") == 6
    expect(page.locator(".lab-verdict")).to_contain_text("λ_min =")
    sent = page.evaluate("overfitLab.sent")
    box = page.locator("[data-figure=cv] .nsewdrag").first.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] - 30, box["y"] + box["height"] / 2)
    wait_for(page, "overfitLab.picked.lambda === 5")
    mean = page.evaluate(f"{figure('cv')}.data.find((t) => t.name === 'mean').y[5]")
    page.locator("[data-figure=fold_curves]").scroll_into_view_if_needed()  # charts out of sight wait
    last = f"Array.from({figure('fold_curves')}.data.find((t) => t.name === 'validation').y).at(-1)"
    wait_for(page, f"Math.abs({last} - {mean}) < 1e-5 * {mean}")
    expect(page.locator("[data-readout=mean] dd:not(.lab-own)")).to_contain_text(f"{mean:.3f} ±")
    assert page.evaluate("overfitLab.sent") == sent
    page.locator("[data-figure=cv]").get_by_role("button", name="table").click()
    tables = page.locator("[data-figure=cv] table caption").all_inner_texts()
    title = "Cross-validated loss against λ"
    assert tables[0] == f"{title} – validation loss (mean per row)"
    heads = page.locator("[data-figure=cv] table").first.locator("thead th").all_inner_texts()
    assert [head for head in heads[1:] if "off by" not in head][:3] == ["mean", "standard error", "non-zero weights"]
    assert "mean, off by in disease progression after one year" in heads


def test_refit_and_one_look_at_the_test_set(open_study) -> None:
    page = open_study(20)
    press(page, "Run")
    wait_for(page, FINISHED.format(20))
    press(page, "Refit at this λ")
    look = page.get_by_role("button", name="Open the test set")
    expect(look).to_be_disabled()
    page.get_by_placeholder("First say what you expect").fill("0.6")
    page.keyboard.press("Enter")
    expect(look).to_be_enabled()
    box = look.bounding_box()
    assert box
    for _ in range(2):  # slower than Playwright's double click, which Streamlit takes for one
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.get_by_text("You expected 0.6")).to_be_visible()
    wait_for(page, f"{figure('test')}?.data?.length === 2")
    expect(page.get_by_text("looked at once")).to_be_visible()
    page.get_by_placeholder("First say what you expect").fill("0.6")
    page.keyboard.press("Enter")
    press(page, "Look again (look 2)")
    expect(page.get_by_text("looked at 2 times")).to_be_visible()


def test_a_reload_finds_the_repeated_run_the_refit_and_the_count_of_looks(open_study) -> None:
    page = open_study(20, n_repeats=2)
    press(page, "Run")
    wait_for(page, FINISHED.format(20))
    curve = page.evaluate(f"Array.from({figure('cv')}.data.find((t) => t.name === 'mean').y)")
    press(page, "Refit at this λ")
    page.get_by_placeholder("First say what you expect").fill("0.6")
    page.keyboard.press("Enter")
    press(page, "Open the test set")
    expect(page.get_by_text("looked at once")).to_be_visible()
    said = page.get_by_text("You expected 0.6").inner_text()
    page.reload()
    wait_for(page, FINISHED.format(20))
    expect(page.locator("[data-readout=networks] dd:not(.lab-own)")).to_have_text("6 × 10 = 60")
    wait_for(page, DRAWN)
    assert page.evaluate(f"Array.from({figure('cv')}.data.find((t) => t.name === 'mean').y)") == curve
    expect(page.get_by_text("You expected 0.6")).to_have_text(said)
    expect(page.get_by_text("looked at once")).to_be_visible()
    page.get_by_placeholder("First say what you expect").fill("0.5")
    page.keyboard.press("Enter")
    press(page, "Look again (look 2)")
    expect(page.get_by_text("looked at 2 times")).to_be_visible()


def test_the_best_value_goes_to_the_playground_and_the_run_is_there_on_return(open_study) -> None:
    page = open_study(20)
    press(page, "Run")
    wait_for(page, FINISHED.format(20))
    press(page, "λ_min in the Playground")
    wait_for(page, "overfitLab.strengths.l2 > 0 && location.search.includes('l2=')")
    page.get_by_role("link", name="Cross-validation").first.click()
    wait_for(page, FINISHED.format(20))


def test_it_fits_a_phone(open_study) -> None:
    page = open_study(20, viewport=PHONE)
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= PHONE["width"]
    widths = page.evaluate(
        "[...document.querySelectorAll('[data-figure]')].map((c) => c.getBoundingClientRect().width)"
    )
    assert min(widths) > 300


def test_the_slider_goes_to_the_answer_by_itself_and_on_demand_unless_a_hand_was_there(
    address: str, open_page: OpenPage
) -> None:
    page = open_page(address + STUDY.replace("/?", "/cv?") + "&n_epochs=40")
    answers = page.locator("[data-scrub=lambda] .lab-answer")
    assert [answers.nth(i).is_disabled() for i in range(2)] == [True, True]
    press(page, "Run")
    wait_for(page, FINISHED.format(40))
    verdict = page.locator(".lab-verdict").inner_text()
    shown = page.locator("[data-scrub=lambda] output")
    expect(shown).to_have_text(verdict.split("λ_min = ")[1].split(" ")[0])
    answers.nth(1).click()
    lambda_1se = verdict.split("λ_1se = ")[1].split(" ")[0] if "λ_1se = " in verdict else shown.inner_text()
    expect(shown).to_have_text(lambda_1se)
    page.reload()
    wait_for(page, f"{FINISHED.format(40)} && !overfitLab.isBehind()")
    press(page, "Run on")
    page.locator("[data-scrub=lambda] input").focus()
    page.keyboard.press("Home")
    wait_for(page, FINISHED.format(80))
    expect(shown).to_have_text("0")
