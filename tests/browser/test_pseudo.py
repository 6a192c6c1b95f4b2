"""The pseudo-language in a real browser: on every page each sentence stands between ⟦ and ⟧, and none is cut off.

What is found is what stands on the screen, in hints and in names for screen readers. The tests of `tests/pages/test_bindings.py`
find what Python sends; here it is what the stage's JavaScript adds, and what comes with the snapshots of a run.
"""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import LAPTOP, LONG, READY, OpenPage, wait_for
from tests.pseudo import WORD, unwrapped

# Every text on the page by the block it stands in, without formulas, code and icons; and every hint and name.
COLLECT = """() => {
  const skip = 'style, script, noscript, code, math, .katex, [data-testid=stIconMaterial]';
  const blockOf = (node) => {
    let one = node.parentElement;
    while (one.parentElement && (one.closest('text, button, option, label, p, li, td, th, h1, h2, h3') ?? one) !== one
      || getComputedStyle(one).display.startsWith('inline') && !['BUTTON', 'OPTION'].includes(one.tagName)) one = one.parentElement;
    return one;
  };
  const texts = new Map();
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode;
    if (!node.textContent.trim() || node.parentElement.closest(skip)) continue;
    const block = blockOf(node);
    texts.set(block, (texts.get(block) ?? '') + node.textContent);
  }
  const where = (one) => {
    const named = one.closest('[data-testid], [data-figure], [data-control], [data-readout], [class*=lab-]');
    const { figure, control, readout, testid } = named?.dataset ?? {};
    return figure ?? control ?? readout ?? testid ?? named?.className ?? one.tagName;
  };
  const found = [...texts].map(([block, text]) => [where(block), text]);
  for (const one of document.querySelectorAll('[title], [aria-label], [placeholder], [data-help]')) {
    if (one.closest(skip)) continue;
    for (const name of ['title', 'aria-label', 'placeholder', 'data-help']) {
      const text = one.getAttribute(name);
      if (text) found.push([`${where(one)} ${name}`, text]);
    }
  }
  return found;
}"""
OPEN_SIDEBAR = "document.querySelector('[data-testid=stExpandSidebarButton]')?.click()"
IS_OPEN = "document.querySelector('[data-testid=stSidebarUserContent]')?.checkVisibility()"
UNFOLD = """document.querySelectorAll('details:not([open]) > summary, .lab-folds [aria-expanded=false]:not(.lab-formula)')
  .forEach((one) => one.click())"""
# Texts of our own that are wider or higher than the box that hides what runs over, and titles of axes beyond their chart.
CUT = """() => {
  const isCut = (one) => {
    const { overflowX, overflowY, display } = getComputedStyle(one);
    const hides = (way) => way === 'hidden' || way === 'clip';
    return display !== 'none' && one.clientWidth > 2 && (hides(overflowX) && one.scrollWidth > one.clientWidth + 1
      || hides(overflowY) && one.scrollHeight > one.clientHeight + 2);
  };
  const own = [...document.querySelectorAll('.lab-stage *, .lab-body *, .lab-dock *, [data-testid=stMarkdownContainer], button p')];
  const isOther = (one) => one.closest('svg, .lab-plot') || one.querySelector('.katex-display');
  const boxes = own.filter((one) => !isOther(one) && one.textContent.trim() && isCut(one));
  const beyond = [...document.querySelectorAll('.lab-plot .main-svg .infolayer text')].filter((text) => {
    const [inner, outer] = [text.getBoundingClientRect(), text.closest('svg').getBoundingClientRect()];
    return inner.width && (inner.left < outer.left - 2 || inner.right > outer.right + 2 || inner.top < outer.top - 2
      || inner.bottom > outer.bottom + 2);
  });
  return [...boxes, ...beyond].map((one) => `${one.className.baseVal ?? one.className} ${one.textContent}`.slice(0, 120));
}"""
# Words of Streamlit's own, by the place where they stand, and how its icons are called for those who do not see them.
STREAMLIT = re.compile(
    r"st(LogoLink|TopNav|Sidebar|SidebarCollapseButton|BaseButton-headerNoPadding|NumberInputStep(Down|Up)) aria-label|"
    r"stSelectbox (placeholder: Choose (an|or add an) option|aria-label: Open$)|stSkipToContent|stTopNavSection: \d+ more|"
    r"stHeaderActionElements|"
    r"stFileUploader|st\w+ aria-label: (\w+ icon|Help)$|stMarkdownContainer: Upload$|stToolbar|stMainMenu|stAppDeployButton|"
    r"stTooltipHoverTarget aria-label: Help for ⟦"
)


# What is cut off still, the shorter this list the better: a label that has its whole text as a hint, a button of two beside each
# other in the sidebar, and the title of an axis of the Playground's small chart.
SHORTENED = re.compile(
    r"^ ⟦(Validation loss|Weights exactly zero)|⟦Largest now|^ytitle ⟦(loss \(mean per row\)|squared error \(standardised target\))"
)


def findings(page: Page) -> list[str]:
    """Return the texts of a page with a word that stands in no message, each with the place where it was found."""
    found = {f"{where}: {text[:200]}" for where, text in page.evaluate(COLLECT) if WORD.search(unwrapped(text))}
    return sorted(one for one in found if not STREAMLIT.match(one))


FOLDER = Path(__file__).resolve().parents[2] / "pages"
PAGES = ["", *sorted(path.stem for path in FOLDER.glob("*.py") if path.stem not in ("main", "playground"))]

HAS_TITLE = "document.querySelector('[data-testid=stMarkdownContainer] p, h1')"
READY_PAGES = {
    "data": "document.querySelector('[data-testid=stFileUploader]')",
    "lessons": HAS_TITLE,
    "answers": HAS_TITLE,
}


@pytest.mark.parametrize("path", PAGES)
def test_every_sentence_of_a_page_is_a_message(address: str, open_page: OpenPage, path: str) -> None:
    link = f"{path}?lang=pseudo" if path else f"{LONG.removeprefix('/')}&lang=pseudo"  # without a recording
    page = open_page(f"{address}/{link}", LAPTOP, READY_PAGES.get(path, READY))
    page.evaluate(OPEN_SIDEBAR)
    if path not in READY_PAGES:
        wait_for(page, IS_OPEN)
        page.locator(".lab-primary").first.click()
        wait_for(page, "overfitLab.lastEpoch > 3 || overfitLab.lastVersion > 20")
        page.locator(".lab-primary").first.click()
    page.evaluate(UNFOLD)
    assert findings(page) == []
    assert [one for one in page.evaluate(CUT) if not SHORTENED.search(one)] == []
