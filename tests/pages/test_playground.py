"""The Playground's script under AppTest: default page, extreme settings, all data, presets, links."""

import json
from functools import partial

import pytest

from core import Experiment
from core.data import DATASETS
from core.presets import PRESETS, START
from core.settings.experiment import FLAT_NAMES, STUDIES, bounds_of, choices_of, label_of
from pages.parts.playground import presets
from pages.shared import experiment
from pages.shared.widgets import UNSEEN
from tests.core.settings.test_experiment import OTHER
from tests.pages import app
from tests.pages.app import address, close, now, open_link, run, said

TYPED = (
    "n_train",
    "hidden_sizes",
    "learning_rate",
    "batch_size",
    "activity_l2",
    "weight_decay",
    "group_l1",
    "n_epochs",
)
job = partial(app.job, slot="run")


def open_page(query=None, **more):
    return open_link("playground.py", {**(query or {}), **more})


def setting_of(element):
    """Return the setting of a widget: its key is `playground.<setting>`, then perhaps a number."""
    return (getattr(element, "key", None) or ".").split(".")[1]


def widget(page, name):
    found = [w for kind in ("selectbox", "slider", "number_input", "toggle", "button_group")
             for w in page.sidebar.get(kind) if setting_of(w) == name]  # fmt: skip
    assert len(found) == 1, name
    return found[0]


def choose(page, name, value):
    chosen = widget(page, name)
    if name in TYPED and UNSEEN + value not in chosen.options and value != "none":
        chosen.options.append(UNSEEN + value)  # as if it had been typed
    chosen.set_value(value)
    return run(page)


def first_screen(page):
    """Return what the stage is given of the first screen."""
    return json.loads(page.get("bidi_component")[0].proto.json)["hero"]


def watched(page):
    """Return the preset that is shown."""
    return first_screen(page)["chosen"]


def choose_preset(page, name):
    """Choose a preset as its chip does: the stage tells of it, and its callback is called before the page runs."""
    opened = experiment.open_address
    with pytest.MonkeyPatch.context() as hand:
        hand.setattr("pages.shared.hand.told", lambda stage, what: {"key": name} if what == "preset" else None)
        hand.setattr("pages.shared.experiment.open_address", lambda default: (opened(default), presets.take_preset()))
        return run(page)


# --- the default page ---


def test_the_default_page_is_the_first_preset_not_started():
    page = open_page()
    assert now(page) == START
    assert address(page) == (START, [])
    assert watched(page) == "memorise"
    assert first_screen(page)["presets"][0]["expect"] == PRESETS["memorise"].expect
    snapshot = job(page).wait(-1, 60)
    assert (snapshot.meta["state"], snapshot.meta["epoch"]) == ("paused", 0)
    assert not page.warning


def test_the_first_settings_come_first_and_the_rest_lies_under_more():
    page = open_page()
    labels = [w.label for w in page.sidebar if hasattr(w, "label") and w.type != "expander"]
    assert labels[:7] == [
        "Data in pictures",
        *map(label_of, ["data", "n_train", "noise_std", "hidden_sizes"]),
        "Learning rate",
        "Batch size",
    ]
    inside = {setting_of(w) for w in page.sidebar.expander[0]} - {""}
    assert inside == {
        "val_fraction", "data_seed", "seed", "activation", "optimizer", "momentum", "loss", "l1_method", "activity_l2",
        "weight_decay", "group_l1", "penalize_output", "learning_rate_schedule", "n_epochs",
    }  # fmt: skip


def test_the_data_say_what_they_are_and_how_many_points_there_are():
    page = open_page(data="wine", n_train="20")
    text = " ".join(caption.value for caption in page.sidebar.caption)
    assert DATASETS["wine"].description in text
    assert DATASETS["wine"].source in text
    assert "89" in widget(page, "n_train").help
    assert "a curve" in widget(page, "data").help
    assert widget(page, "n_train").options[-1] == UNSEEN + "89"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("sine", "targets"),
        ("plane", "targets"),
        ("xor", "x and y"),
        ("digits", "each input"),
        ("diabetes", "the target"),
        ("informative_classes", "each signal"),
        ("vowels", "each formant"),
        ("reviews", "each input"),
    ],
)
def test_noise_is_explained_by_what_it_acts_on(data, words):
    assert words in open_page(data=data).sidebar.caption[-1].value


# --- every control ---


def extremes(name):
    """Return the far values of a setting as its widget takes them."""
    if name == "hidden_sizes":
        return ["none", "1", "512-512-512-512-512-512"]
    if name == "batch_size":
        return ["1", "2000", "all"]
    if name == "features":
        return [["x"], list(choices_of(name))]
    if isinstance(Experiment().get(name), bool):
        return [True, False]
    if choices_of(name):
        return list(choices_of(name))
    low, high = bounds_of(name)
    low = low or (1e-9 if name == "learning_rate" else low)
    return [str(low), str(high)] if name in TYPED else [low, high]


def data_with(name):
    """Return data on which the setting acts."""
    return "informative_classes" if name in DATASETS["informative_classes"].dials else "spiral3"


OF_STUDIES = {name for name, (section, _) in FLAT_NAMES.items() if section in STUDIES}
ELSEWHERE = {
    "l1",
    "l2",
    "dropout_rate",
    "data",
    "table",
    "reading",
    "points",
    "n_point_classes",
    *OF_STUDIES,
}  # on the stage, or on other pages
IN_SIDEBAR = [name for name in FLAT_NAMES if name not in ELSEWHERE]


@pytest.fixture(scope="module")
def spirals():
    page = open_page(data="spiral3", n_train="30", optimizer="sgd")
    yield page
    close(page)


@pytest.mark.parametrize("name", IN_SIDEBAR)
def test_every_control_takes_its_extremes(spirals, name):
    data = data_with(name)
    duplicates = "1" if name == "duplicate_correlation" else "0"  # without any, their correlation does nothing
    page = spirals if data == "spiral3" else open_page(data=data, n_train="30", n_duplicates=duplicates)
    usual = now(page).get(name)
    for value in extremes(name):
        choose(page, name, value)
        assert address(page)[0] == now(page)
        shown = now(page).get(name)
        limit = DATASETS[data].max_train(0.3)
        expected = limit if (name, value) == ("n_train", str(bounds_of("n_train")[1])) else value
        assert format_shown(shown) == format_shown(expected)
        assert not page.sidebar.error
    page.session_state["lab.experiment"] = now(page).replace(**{name: usual})
    run(page)


def format_shown(value):
    value = value.replace(UNSEEN, "") if isinstance(value, str) else value
    if value in ((), "none", None, "all"):
        return "-"
    if isinstance(value, (list, tuple)):
        return "-".join(map(str, value)) if len(value) > 1 else format_shown(value[0])
    try:
        return float(value)
    except ValueError:
        return value


@pytest.mark.parametrize("name", TYPED)
def test_a_typed_value_that_cannot_be_used_gives_a_sentence_and_changes_nothing(name):
    page = open_page()
    choose(page, name, "-3.5x")
    assert [error.value for error in page.sidebar.error] == [page.sidebar.error[0].value]
    assert said(page.sidebar.error[0]).startswith(f"{label_of(name)}: expected")
    assert now(page) == START
    assert not run(page).sidebar.error
    close(page)


def test_no_feature_at_all_is_refused():
    page = open_page(data="xor")
    choose(page, "features", [])
    assert "Features: expected" in said(page.sidebar.error[0])
    assert now(page).data.features == ("x", "y")
    close(page)


def test_what_does_not_apply_is_left_out_or_says_why():
    page = open_page(optimizer="adam", hidden_sizes="none")
    assert {w.key for w in page.sidebar if getattr(w, "key", None)}.isdisjoint(
        {"playground.features", "playground.label_noise"}
    )
    for name, reason in (("momentum", "SGD only"), ("loss", "squared error only"), ("activation", "no hidden layers"),
                         ("activity_l2", "no hidden layers"), ("penalize_output", "no hidden layers")):  # fmt: skip
        assert widget(page, name).disabled
        assert reason in widget(page, name).label
    choose(page, "optimizer", "sgd")
    assert not widget(page, "momentum").disabled
    close(page)


# --- data sets ---


def test_going_through_all_data_sets_from_an_awkward_experiment_never_fails():
    page = open_page(
        data="spiral3", n_train="560", loss="cross_entropy", features="xy,sin_x", label_noise="0.5", val_fraction="0.1"
    )
    for name in [*DATASETS, *reversed(DATASETS)]:
        choose(page, "data", name)
        assert now(page).data.name == name
        assert job(page).wait(-1, 60).meta["state"] == "paused"
        assert address(page) == (now(page), [])
    assert now(page).data.n_train <= DATASETS["wine"].max_train(0.1)
    close(page)


def test_a_smaller_validation_share_leaves_room_and_a_larger_one_cuts_the_training_points():
    page = open_page(data="wine", n_train="89")
    choose(page, "val_fraction", 0.5)
    assert now(page).data.n_train == DATASETS["wine"].max_train(0.5)
    assert "Wine has at most" in page.warning[0].value
    choose(page, "val_fraction", 0.1)
    assert not page.warning
    close(page)


# --- presets ---


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_replaces_the_experiment_and_starts_paused(name):
    page = open_page(data="wine", l1="0.5", l2="0.1", activity_l2="1")
    before = job(page)
    choose_preset(page, name)
    assert now(page) == PRESETS[name].experiment
    assert address(page) == (PRESETS[name].experiment, [])
    assert before.is_closed
    snapshot = job(page).wait(-1, 60)
    assert (snapshot.meta["state"], snapshot.meta["epoch"]) == ("paused", 0)
    assert snapshot.meta["strengths"]["l2"] == PRESETS[name].experiment.regularization.l2
    assert watched(page) == name
    close(page)


def test_a_preset_of_the_same_set_up_still_starts_anew():
    page = open_page()
    first = job(page)
    choose_preset(page, "l2")
    assert first.is_closed
    assert job(page).wait(-1, 60).meta["strengths"]["l2"] == 0.003
    close(page)


def test_another_set_up_is_no_longer_the_preset():
    page = open_page()
    choose(page, "n_train", "50")
    assert watched(page) is None
    close(page)


def go_to(page, experiment):
    """Come to an address as the browser's Back does."""
    page.query_params.clear()
    for name, value in experiment.to_query().items():
        page.query_params[name] = value
    with pytest.MonkeyPatch.context() as back:
        back.setattr("pages.shared.experiment.went_back", lambda: True)
        return run(page)


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_shown_while_its_text_holds_however_one_came_to_it(name):
    preset = PRESETS[name].experiment
    page = open_page(preset.to_query())  # opened fresh, or after a reload
    assert watched(page) == name
    choose(page, "learning_rate", "0.123")
    assert watched(page) is None
    assert watched(go_to(page, preset)) == name  # Back
    page.session_state["lab.experiment"] = preset.replace(l2=0.123)  # λ is moved on the stage
    assert watched(run(page)) is None
    page.session_state["lab.experiment"] = preset  # and moved back
    assert watched(run(page)) == name
    assert watched(go_to(page, preset.replace(l1=0.5))) is None  # forward to one that is no preset
    close(page)


def test_following_a_preset_s_advice_keeps_its_text():
    page = open_page()
    for name, value in PRESETS["memorise"].slides:
        page.session_state["lab.experiment"] = START.replace(**{name: value})
        assert watched(run(page)) == "memorise"
    close(page)


# --- the run ---


def test_strengths_and_start_from_the_sidebar_reach_the_run_without_a_new_start():
    page = open_page()
    first = job(page)
    first.wait(-1, 60)
    for name in ("activity_l2", "weight_decay", "group_l1"):
        choose(page, name, "0.1")
    choose(page, "learning_rate", "0.5")
    choose(page, "seed", 7)
    assert job(page) is first
    snapshot = first.latest
    while snapshot.meta["seed"] != 7:
        snapshot = first.wait(snapshot.version, 60)
    assert all(snapshot.meta["strengths"][name] == 0.1 for name in ("activity_l2", "weight_decay", "group_l1"))
    assert snapshot.meta["strengths"]["learning_rate"] == 0.5
    close(page)


def test_another_shape_is_another_run_and_the_old_one_ends():
    page = open_page()
    first = job(page)
    choose(page, "hidden_sizes", "5-4")
    assert first.is_closed
    assert job(page) is not first
    close(page)


def test_a_run_beyond_the_budget_is_refused_with_the_numbers_and_no_job():
    page = open_page(data="digits", n_train="898", hidden_sizes="512-512-512-512-512-512")
    first = job(page)
    choose(page, "batch_size", "1")
    assert "898 training points × 1,351,690 weights and biases" in page.error[0].value
    assert first.is_closed
    assert job(page) is None
    choose(page, "batch_size", "all")
    assert not page.error
    close(page)


# --- links ---


def test_a_link_with_every_setting_is_kept_and_shown():
    link = Experiment().replace(
        **OTHER | {"table": "", "reading": "", "points": "", "n_point_classes": 2}
    )  # these are of one's own data alone
    page = open_page(link.to_query())
    assert now(page) == link
    assert address(page) == (link, [])
    shown = {name for name in FLAT_NAMES if data_with(name) == "spiral3"}
    for name in shown - ELSEWHERE | {"data"}:
        assert format_shown(widget(page, name).value) == format_shown(OTHER[name])
    close(page)


def test_an_address_from_the_back_button_is_taken_and_an_emptied_one_is_filled_again(monkeypatch):
    page = open_page()
    choose(page, "n_train", "50")
    page.query_params.clear()
    for name, value in START.to_query().items():
        page.query_params[name] = value
    with monkeypatch.context() as back:
        back.setattr("pages.shared.experiment.went_back", lambda: True)
        run(page)
    assert now(page) == START
    assert widget(page, "n_train").value == "20"
    page.query_params.clear()
    run(page)
    assert address(page) == (START, [])
    close(page)


def test_an_address_older_than_what_was_just_changed_is_left_alone_whatever_caused_the_run():
    page = open_page()
    choose(page, "n_train", "50")
    for cause in (lambda: choose(page, "noise_std", 0.5), lambda: run(page)):
        page.query_params.clear()
        for name, value in START.to_query().items():
            page.query_params[name] = value
        cause()
        assert (now(page).data.n_train, now(page).data.noise_std) == (50, 0.5)
        assert address(page) == (now(page), []) and page.query_params == now(page).to_query()
    close(page)


@pytest.mark.parametrize(
    "query",
    [
        {"l1": "NaN"}, {"l1": "1e999"}, {"l1": "true"}, {"l1": "-1"}, {"nonsense": "1"}, {"l1": "[" * 100_000},
        {"hidden_sizes": "[[[[8]]]]"}, {"features": ""}, {"n_train": "0"}, {"data": "mnist"}, {"batch_size": "0"},
    ],
    ids=lambda query: next(iter(query)) + "=" + next(iter(query.values()))[:8],
)  # fmt: skip
def test_a_bad_link_gives_a_sentence_and_the_defaults(query):
    page = open_page(query)
    assert len(page.warning) == 1
    assert "link" in page.warning[0].value
    assert now(page) == Experiment()
    close(page)


@pytest.mark.parametrize(
    ("query", "name", "value"),
    [
        ({"data": "wine", "n_train": "2000"}, "n_train", 89),
        ({"data": "sine", "loss": "cross_entropy"}, "loss", "auto"),
        ({"data": "sine", "n_train": "600"}, "n_train", 500),
    ],
)
def test_an_impossible_combination_gives_a_sentence_and_the_nearest_valid_value(query, name, value):
    page = open_page(query)
    assert len(page.warning) == 1
    assert now(page).get(name) == value
    assert address(page) == (now(page), [])
    close(page)


def test_a_link_of_too_many_parameters_says_that_none_was_used():
    page = open_page({"left_out": "1203"})
    assert "1,203 parameters" in said(page.warning[0]) and "1,000" in said(page.warning[0])
    assert "left_out" not in address(page)
