"""The Compare page's script under AppTest: its task, its own settings to their extremes, links, other pages."""

import pytest

from core import Experiment
from core.data import DATASETS
from core.settings.experiment import choices_of
from core.studies.compare.variants import TASK
from tests.pages.app import address, close, job, now, open_link, run

SMALL = {"data": "moons", "n_train": "30", "hidden_sizes": "4"}


def open_page(**query):
    return open_link("compare.py", query)


def meta(page):
    return job(page).wait(-1, 60).meta


def widget(page, kind, name):
    found = [w for w in page.sidebar.get(kind) if (w.key or "").split(".")[1:2] == [name]]
    assert len(found) == 1, name
    return found[0]


def test_the_default_page_is_its_own_task_with_four_penalties_not_started():
    page = open_page()
    assert now(page) == TASK
    assert address(page) == (TASK, [])
    assert (meta(page)["state"], meta(page)["epoch"]) == ("paused", 0)
    heads = [row["cells"][0] for row in meta(page)["tables"]["numbers"]["rows"]]
    assert heads == ["No penalty", "L1 proximal", "L1 subgradient", "L2"]
    assert "L1 method" not in [w.label for w in page.sidebar if hasattr(w, "label")]
    assert [tab.label for tab in page.tabs] == heads
    close(page)


def test_a_link_gives_variants_strengths_and_starts():
    link = {
        **SMALL,
        "variants": "none,elastic_net,dropout",
        "n_starts": "3",
        "compare_elastic": "0.02",
        "l1_share": "0.25",
    }
    page = open_page(**link)
    strengths = meta(page)["strengths"]
    assert (strengths["compare_elastic"], strengths["compare_dropout"]) == (0.02, 0.3)
    assert meta(page)["readouts"]["networks"] == "9"
    assert {name: page.query_params[name] for name in link} == link
    text = " ".join(block.value for block in page.markdown)
    assert "l1=0.005, l2=0.015" in text and "Dropout(0.3)" in text
    close(page)


@pytest.mark.parametrize("link", [{"variants": "l2,l2"}, {"variants": ""}, {"n_starts": "21"}, {"compare_l1": "-1"},
                                  {"geometry_weights": "1-2"}, {"variants": ",".join(choices_of("variants"))}])  # fmt: skip
def test_a_link_that_cannot_be_used_gives_a_sentence_and_the_default(link):
    page = open_page(**SMALL, **link)
    assert len(page.warning) == 1 and next(iter(link)) in page.warning[0].value
    assert now(page).study == Experiment().study
    close(page)


def test_variants_are_chosen_in_the_sidebar_one_to_six():
    page = open_page(**SMALL)
    first = job(page).id
    widget(page, "button_group", "variants").set_value(["l2", "none"])
    run(page)
    assert now(page).compare.variants == ("none", "l2") and job(page).id != first
    for impossible in ([], list(choices_of("variants"))):
        widget(page, "button_group", "variants").set_value(impossible)
        run(page)
        assert "one to six of" in page.sidebar.error[0].value
        assert now(page).compare.variants == ("none", "l2")
    close(page)


def test_many_starts_of_many_penalties_and_too_many():
    page = open_page(**SMALL, n_starts="20", variants="none,l1_proximal,l1_subgradient,l2,elastic_net,activity_l2")
    assert meta(page)["readouts"]["networks"] == "120"
    close(page)
    page = open_page(data="digits", n_train="1000", hidden_sizes="512-512", n_starts="20")
    assert "× 80 networks" in page.error[0].value


def test_the_learning_rate_of_the_sidebar_and_the_weights_looked_at_reach_the_same_run():
    page = open_page(**SMALL)
    first = job(page).id
    page.session_state["lab.experiment"] = now(page).replace(learning_rate=0.1, compare_l2=0.5, geometry_of="l2",
                                                             geometry_weights=(1, 2, 1, 2))  # fmt: skip
    run(page)
    assert job(page).id == first
    snapshot = job(page).latest
    while snapshot.meta["geometry"]["at"] != [3, 1, 2, 1, 2]:
        snapshot = job(page).wait(snapshot.version, 60)
    assert snapshot.meta["strengths"]["learning_rate"] == 0.1 and snapshot.meta["strengths"]["compare_l2"] == 0.5
    close(page)


def test_the_weights_are_picked_one_by_one_or_as_the_largest_of_now():
    page = open_page(**{**SMALL, "hidden_sizes": "4-3"})
    largest = tuple(meta(page)["geometry"]["largest"])
    next(b for b in page.sidebar.button if b.label == "Largest now").click()
    run(page)
    assert now(page).compare.geometry_weights == largest
    layer = next(w for w in page.sidebar.selectbox if w.label == "Layer")
    layer.set_value(2)
    run(page)
    assert now(page).compare.geometry_weights == (2, 1, 1, 2)
    second = next(w for w in page.sidebar.selectbox if w.label == "Second comes from")
    second.set_value(1)
    run(page)
    assert now(page).compare.geometry_weights == (2, 1, 2, 1)
    next(b for b in page.sidebar.button if b.label == "By itself").click()
    run(page)
    assert now(page).compare.geometry_weights == ()
    close(page)


@pytest.mark.parametrize("data", DATASETS)
def test_every_data_set_is_shown(data):
    page = open_page(data=data, n_train="20", hidden_sizes="4")
    assert not page.error and meta(page)["epoch"] == 0
    close(page)


def test_the_playground_shows_the_strengths_in_other_libraries_too():
    page = open_link("playground.py", {"data": "sine", "hidden_sizes": "none", "l2": "0.01", "n_train": "20"})
    text = " ".join(block.value for block in page.markdown)
    assert "weight_decay=0.02" in text and "Ridge(alpha=0.2)" in text
    close(page)


def test_each_penalty_has_its_own_list_and_the_subgradient_is_what_keras_does():
    page = open_page(**SMALL, variants="l1_proximal,l1_subgradient")
    lists = [block.value for block in page.markdown if "**Keras**" in block.value]
    assert "⚠ **Keras**" in lists[0] and "✓ **Keras**" in lists[1]
    close(page)


def test_a_linear_model_whose_only_layer_is_free_has_nothing_to_translate():
    page = open_page(data="sine", n_train="20", hidden_sizes="none", penalize_output="False", variants="l2")
    assert any("LinearRegression()" in block.value for block in page.markdown)
    assert any("no effect" in caption.value for caption in page.caption)
    close(page)
