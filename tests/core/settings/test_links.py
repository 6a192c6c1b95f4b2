"""A link opens to the same experiment for ever: those of the first release are kept in `links.json`."""

import json
from pathlib import Path
from types import MappingProxyType

import pytest

from core import Experiment
from core.data.limits import settle
from core.settings import experiment as module
from core.settings.experiment import FLAT_NAMES, STUDIES, format_value, link_default
from core.settings.links import DEFAULTS, FIRST, NEWEST, VERSION

KEPT = json.loads((Path(__file__).parent / "links.json").read_text())
PAGES = {"/", "/path", "/cv", "/compare", "/features", "/remedies", "/bias_variance", "/double_descent", "/peeking"}


def without_later(experiment, kept):
    """Return an experiment as JSON, less the settings that came after it was kept."""
    sections = json.loads(experiment.model_dump_json())
    sections["study"] = {field: value for section in STUDIES for field, value in sections[section].items()}
    return {name: {field: sections[name][field] for field in section} for name, section in kept.items()}


@pytest.mark.parametrize("one", KEPT, ids=lambda one: one["link"][:60])
def test_a_link_of_the_first_release_opens_to_the_same_experiment(one):
    read, problems = Experiment.from_query(one["link"])
    opened, changes = settle(read)
    assert problems == changes == []
    assert without_later(opened, one["experiment"]) == one["experiment"]
    assert Experiment(**one["experiment"]) == opened  # JSON of the first release loads, too
    assert Experiment.from_query(opened.to_query()) == (opened, [])


def test_links_of_every_page_are_kept_with_and_without_a_version():
    links = [one["link"] for one in KEPT]
    assert len(set(links)) == len(links) >= 30
    for has_version in (True, False):
        assert {link.partition("?")[0] for link in links if ("?v=1&" in link) == has_version} == PAGES


def test_every_setting_of_the_first_release_differs_from_its_default_in_some_kept_link():
    assert all(any(f"{name}=" in one["link"] for one in KEPT) for name in FIRST)


def test_a_setting_that_came_after_the_first_links_is_off_in_them():
    later = set(FLAT_NAMES) - set(DEFAULTS["1"])
    assert set(FIRST) <= set(FLAT_NAMES) and VERSION not in FLAT_NAMES
    assert all(not Experiment().get(name) for name in later)  # 0, no, none; else it needs a line in `FIRST`


def test_the_first_version_s_defaults_are_what_they_were():
    bare = next(one["experiment"] for one in KEPT if one["link"] == "/?data=sine")
    assert without_later(link_default("1"), bare) == bare
    assert {name: format_value(link_default("1").get(name)) for name in FIRST} == dict(FIRST)


def test_a_default_that_changes_leaves_old_links_alone_and_is_written_into_new_ones(monkeypatch):
    standing = {**FIRST, "n_train": "33", "l1": "0.5", "variants": "l2"}  # as if today's defaults were other ones
    monkeypatch.setattr(module, "DEFAULTS", MappingProxyType({NEWEST: standing}))
    link_default.cache_clear()
    try:
        assert Experiment().to_query() == {
            "v": "1", "data": "sine", "n_train": "20", "l1": "0.0", "variants": "none,l1_proximal,l1_subgradient,l2",
        }  # fmt: skip
        assert Experiment.from_query(Experiment().to_query()) == (Experiment(), [])
        for link in ("data=sine", "v=1&data=sine"):
            assert Experiment.from_query(link) == (Experiment().replace(n_train=33, l1=0.5, variants=("l2",)), [])
    finally:
        link_default.cache_clear()


def test_a_link_says_its_version_and_may_leave_the_first_one_out():
    query = Experiment().replace(l2=0.1).to_query()
    assert query == {"v": "1", "data": "sine", "l2": "0.1"}
    assert (
        Experiment.from_query("data=sine&l2=0.1") == Experiment.from_query(query) == (Experiment().replace(l2=0.1), [])
    )
    assert NEWEST in DEFAULTS


@pytest.mark.parametrize("version", ["2", "0", "", "1.0", "x" * 1000])
def test_a_link_of_an_unknown_version_gives_one_sentence(version):
    experiment, problems = Experiment.from_query({"v": version, "l2": "0.1", "of_the_future": "3"})
    assert experiment == Experiment() and len(problems) == 1
    assert "and this program reads versions up to 1: the default settings are shown instead." in problems[0]
    assert len(problems[0]) < 250


@pytest.mark.parametrize("version", [None, ["1", "2"], 1])
def test_a_version_that_is_no_text_gives_one_sentence(version):
    (problem,) = Experiment.from_query({"v": version})[1]
    assert problem.startswith("The link has a version that cannot be used: v: expected one text, received")
