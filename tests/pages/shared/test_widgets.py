"""A dial that was hidden and comes back holds what the experiment says, on the server and in the browser.

Each of them may forget a hidden widget in its own time, and starts one that it has forgotten from its default. So the
default of every widget is what it holds.
"""

import pytest

from core.presets import CV_START, START
from core.settings.experiment import FLAT_NAMES
from core.studies.compare.variants import TASK as COMPARE
from core.studies.features.selection import CLASSES, DIGITS, REVIEWS, TASK, VOWELS
from core.studies.remedies.remedy import POINTS
from pages.shared.widgets import among, hand_on
from tests.pages.app import close, now, open_link, run
from tests.pages.test_playground import setting_of

KINDS = ("slider", "number_input", "selectbox", "toggle", "button_group", "text_input")
CLOUDS = START.replace(data="xor")
FEW = {"n_epochs": 3}


def widgets(page):
    """Return the sidebar's widgets, those of settings by flat name."""
    return {setting_of(w): w for kind in KINDS for w in page.sidebar.get(kind)}


def starts_from(widget):
    """Return what a widget that is new to a browser holds there, and what it holds on the server."""
    if widget.type == "selectbox":
        return (widget.proto.default if widget.proto.HasField("default") else None), widget.index
    if widget.type == "button_group":
        return list(widget.proto.default), list(widget.indices)
    default = widget.proto.default
    return (default[0] if widget.type == "slider" else default), widget.value


def assert_all_agree(page):
    """Every widget holds the same on the server and in a browser that has never seen it: what the experiment says."""
    for name, widget in widgets(page).items():
        in_browser, on_server = starts_from(widget)
        assert in_browser == on_server, name
        if widget.type in ("slider", "number_input", "toggle") and name in FLAT_NAMES:
            assert on_server == now(page).get(name), name


@pytest.mark.parametrize("script", ["playground", "path", "cv", "compare", "remedies", "features", "bias_variance"])
@pytest.mark.parametrize("data", ["xor", "informative_regression", "digits"])
def test_on_every_page_the_default_of_every_widget_is_what_it_holds(script, data):
    settings = {
        "n_train": 60, "noise_std": 0.7, "seed": 5, "data_seed": 4, "optimizer": "sgd", "momentum": 0.5, "l1_share": 0.7,
        "param_name": "elastic", "variants": ("elastic_net",), "values": (0.1, 0.2), "n_splits": 4, "n_ensemble": 3,
        "tune_remedies": True, "path_start": "warm", "n_noise_features": 9, "n_duplicates": 2, **FEW,
    }  # fmt: skip
    page = open_link(f"{script}.py", START.replace(data=data, **settings).to_query())
    assert len(widgets(page)) > 12
    assert_all_agree(page)
    dial = next(w for w in page.sidebar.slider if setting_of(w) == "noise_std")
    dial.set_value(1.5)  # what the user moves is held by the same widget
    assert now(run(page)).data.noise_std == 1.5
    assert widgets(page)["noise_std"].id == dial.id
    assert_all_agree(page)
    close(page)


def kept_by_hiding(script, start, hidden, back, names):
    """Hide dials by one change and bring them back by another; return the experiment before and after, and the page."""
    page = open_link(script, start.to_query())
    before = {name: now(page).get(name) for name in names}
    assert set(names) <= set(widgets(page))
    for change in (hidden, back):
        for name, value in change.items():
            widgets(page)[name].set_value(value)
            run(page)
        run(page)  # a rerun while they are hidden: everything that forgets has forgotten
        assert set(names).isdisjoint(widgets(page)) == (change is hidden)
    assert_all_agree(page)
    assert {name: now(page).get(name) for name in names} == before
    close(page)


DIALS = ["n_informative", "n_noise_features", "n_duplicates", "duplicate_correlation"]
SIGNALS = START.replace(
    data="informative_regression", n_informative=4, n_noise_features=9, n_duplicates=2, duplicate_correlation=0.5
)
SHARED = [  # hidden and back on every page: the dials of a task with known truth
    (script, SIGNALS, {"data": "sine"}, {"data": "informative_regression"}, DIALS)
    for script in ("playground.py", "path.py", "cv.py", "compare.py", "remedies.py", "features.py")
]
ELASTIC = START.replace(param_name="elastic", l1_share=0.7)


@pytest.mark.parametrize(
    ("script", "start", "hidden", "back", "names"),
    [
        *SHARED,
        ("features.py", VOWELS.replace(n_noise_features=11), {"data": "reviews"}, {"data": "vowels"}, ["n_noise_features"]),
        ("features.py", SIGNALS, {"data": "vowels"}, {"data": "informative_classes"}, DIALS[:1] + DIALS[2:]),
        ("compare.py", COMPARE.replace(variants=("none", "elastic_net"), l1_share=0.7), {"variants": ["none"]},
         {"variants": ["none", "elastic_net"]}, ["l1_share"]),
        ("path.py", ELASTIC, {"param_name": "l1"}, {"param_name": "elastic"}, ["l1_share"]),
        ("cv.py", CV_START.replace(param_name="elastic", l1_share=0.7), {"param_name": "l2"}, {"param_name": "elastic"},
         ["l1_share"]),
        ("path.py", START.replace(path_start="warm"), {"path_view": "rates"}, {"path_view": "path"}, ["path_start"]),
    ],
)  # fmt: skip
def test_a_dial_that_was_hidden_comes_back_with_its_value(script, start, hidden, back, names):
    kept_by_hiding(script, start.replace(**FEW), hidden, back, names)


@pytest.mark.parametrize(
    ("away", "home", "expected"),
    [
        ("Digits: 64 pixels", "3 signals in noise (values)", TASK),
        ("Film reviews: words", "Vowels: formants and noise", VOWELS),
        ("3 signals in noise (values)", "Signals in noise (two classes)", CLASSES),
        ("Vowels: formants and noise", "Film reviews: words", REVIEWS),
        ("3 signals in noise (values)", "Digits: 64 pixels", DIGITS),
    ],
)
def test_a_task_of_features_is_itself_whatever_was_shown_before(away, home, expected):
    page = open_link("features.py", TASK.replace(**FEW).to_query())
    for label in (away, home):
        widgets(page)["task"].set_value(label)
        run(run(page))
    assert now(page) == expected
    assert_all_agree(page)
    close(page)


def test_a_task_of_remedies_is_itself_after_another():
    page = open_link("remedies.py", POINTS.to_query())
    for label in ("Digits, some labelled wrong", "Noisy points (two moons)"):
        widgets(page)["task"].set_value(label)
        run(run(page))
    assert now(page) == POINTS
    assert_all_agree(page)
    close(page)


def test_a_choice_is_one_of_the_options_never_the_old_words_of_one():
    heard = []

    def on_new(value, page):
        heard.append((value, page))

    held = among(["one_se", "min"], {"key": "rule.1", "on_change": hand_on, "args": ("rule", "rule.1", on_new, "cv")})
    key, numbered_key, hear, page = held["args"]
    for value in ("one_se", "λ_1se = 0.03, simpler", None, "min"):
        hear(value, page)
    assert (
        heard == [("one_se", "cv"), ("min", "cv")]
        and (key, numbered_key) == ("rule", "rule.1")
        and held["key"] == "rule.1"
    )
