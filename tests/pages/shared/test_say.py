"""Nothing that comes from outside is ever markup: links, typed texts and errors are shown as they are written."""

import ast
import re
from pathlib import Path

import pytest

from core.presets import CV_START, START
from core.settings.experiment import FLAT_NAMES
from core.studies.bias_variance.decomposition import TASK as BIAS
from core.studies.compare.variants import TASK as COMPARE
from core.studies.features.selection import TASK as FEATURES
from core.studies.remedies.remedy import POINTS
from pages.shared.say import JOINER, plain
from pages.shared.widgets import UNSEEN
from tests.pages.app import close, job, open_link, run, said
from tests.pages.test_playground import setting_of

PAGES = {
    "playground.py": START, "path.py": START, "cv.py": CV_START, "compare.py": COMPARE, "remedies.py": POINTS,
    "features.py": FEATURES, "bias_variance.py": BIAS, "double_descent.py": START, "peeking.py": START,
}  # fmt: skip
HOSTILE = [
    "![i](http://evil.test/i.png)",
    "[evil](http://evil.test)",
    "$evil^2$",
    ":red[evil]",
    "`evil`<b>evil</b>",
    "**evil**~evil~",
    "evil &lt;b&gt; _evil_ :evil:",
]
# What Markdown, or Streamlit on top of it, would read as more than text, where no backslash stands before it.
UNESCAPED = re.compile(r"(?<!\\)[\[\]`*$<~&:]|(?<![\\a-z0-9])_")
ROOT = Path(__file__).resolve().parents[3] / "pages"


def strings_of(proto):
    """Return all texts of a protocol message."""
    for _, value in proto.ListFields():
        for item in value if hasattr(value, "__len__") and not isinstance(value, (str, bytes)) else [value]:
            if isinstance(item, str):
                yield item
            elif hasattr(item, "ListFields"):
                yield from strings_of(item)


def foreign(page):
    """Return every text of a page that holds something of a hostile one; the stage writes its own as plain text."""
    shown = [element for element in page._tree if getattr(element, "proto", None) is not None]
    assert shown
    texts = [t for element in shown if element.type != "bidi_component" for t in strings_of(element.proto)]
    return [text for text in texts if "evil" in text]


def assert_is_text(page, n_at_least=1):
    found = foreign(page)
    assert len(found) >= n_at_least
    for text in found:
        assert not UNESCAPED.search(text), text


@pytest.mark.parametrize("script", [*PAGES, "data.py"])
@pytest.mark.parametrize("text", HOSTILE)
def test_no_setting_of_a_link_is_markup_on_any_page(script, text):
    page = open_link(script, {**dict.fromkeys(FLAT_NAMES, text), text: "1"})
    assert_is_text(page, 20)
    assert any(text[:30] in said(warning) for warning in page.warning)  # and it can be read
    close(page)


FIELDLESS = ("double_descent.py", "peeking.py")  # numbers only


@pytest.mark.parametrize("script", PAGES)
def test_no_typed_text_is_markup_on_any_page(script):
    page = open_link(script, PAGES[script].replace(n_epochs=3).to_query())
    n_fields = 0
    for text in HOSTILE[:4]:
        for box in [w for w in page.sidebar.selectbox if w.proto.accept_new_options and not w.disabled]:
            box = next(w for w in page.sidebar.selectbox if setting_of(w) == setting_of(box))
            box.options.append(UNSEEN + text)
            box.set_value(text)
            assert_is_text(run(page))
            n_fields += 1
        for field in page.sidebar.text_input:
            field.set_value(text)
            run(page)
            (problem,) = page.sidebar.error
            assert "evil" in problem.value and not UNESCAPED.search(problem.value)
            run(page)
    assert n_fields > 12 or script in FIELDLESS
    close(page)


@pytest.mark.parametrize("script", PAGES)
def test_no_error_is_markup_on_any_page(script):
    text = " ".join(HOSTILE)
    page = open_link(script, PAGES[script].replace(n_epochs=3).to_query())
    failing = job(page, "run" if script == "playground.py" else "study")
    failing._fail(RuntimeError(text))
    run(page)
    assert_is_text(page)
    assert "evil" in said(page.toast[0])
    assert not run(page).toast  # said once
    close(page)


def test_a_page_shows_warnings_and_errors_from_one_place_only():
    shouted = {"error", "warning", "info", "success", "exception", "toast", "write"}
    for path in ROOT.rglob("*.py"):
        if path.name == "say.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                is_streamlit = isinstance(node.func.value, ast.Name) and node.func.value.id == "st"
                assert not (is_streamlit and node.func.attr in shouted), f"{path.name}:{node.lineno}"
                assert not any(word.arg == "unsafe_allow_html" for word in node.keywords), f"{path.name}:{node.lineno}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Features: expected x", f"Features\\:{JOINER} expected x"),
        ("0.001 and 1e-05", f"{JOINER}0.001 and 1e-05"),
        ("one\n\n# two", "one # two"),
        ("# one", f"{JOINER}# one"),
        ("n_train _is_ __it__", "n_train \\_is\\_ \\_\\_it\\_\\_"),
        ("- a list", f"{JOINER}- a list"),
        ("a\u202eb\x00", "a\ufffdb\ufffd"),
        ("www.evil.test", f"www{JOINER}.evil.test"),
        ("a@b.c", f"a@{JOINER}b.c"),
        ("<-> -> --", f"\\<{JOINER}-{JOINER}> -{JOINER}> -{JOINER}-"),
    ],
)
def test_marks_are_escaped_and_numbers_are_left_alone(text, expected):
    assert plain(text) == expected
