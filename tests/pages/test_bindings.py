"""Every figure of every page finds what it is bound to in what its run really sends, at the start and after training; and
every text in both is a message.
"""

import copy
import json
from collections.abc import Iterator

import pytest

from core.data import load_split
from core.figures.network import MAX_NAME
from core.presets import CV_START, START
from core.settings.sections import DataConfig
from core.settings.words import shortened
from core.stream.commands import Run
from core.stream.snapshot import Snapshot, decode
from core.studies.bias_variance.decomposition import TASK as BIAS
from core.studies.compare.variants import TASK as COMPARE
from core.studies.double_descent.trained import TASK
from core.studies.features.selection import CLASSES, DIGITS
from core.studies.features.selection import TASK as FEATURES
from core.studies.remedies.remedy import POINTS
from core.words import PSEUDO, Message
from tests.pages.app import close, job, open_link, run
from tests.pages.bindings import problems
from tests.pseudo import plain_texts

SHORT = {"n_epochs": 4, "hidden_sizes": (6,), "n_train": 60}
THREE = (0.0, 0.01, 0.1)
DATA = ("sine", "plane", "moons", "spiral3", "digits", "diabetes", "wine")
CASES = {
    **{f"playground {data}": ("playground.py", START.replace(data=data, **SHORT)) for data in DATA},
    "playground linear": ("playground.py", START.replace(**SHORT | {"hidden_sizes": ()})),
    "playground wide": ("playground.py", START.replace(**SHORT | {"hidden_sizes": (64, 64)})),
    **{f"path {data}": ("path.py", START.replace(data=data, values=THREE, **SHORT)) for data in DATA},
    "path warm": ("path.py", START.replace(values=THREE, path_start="warm", **SHORT)),
    "path rates": ("path.py", START.replace(values=THREE, path_view="rates", **SHORT)),
    "path elastic": ("path.py", START.replace(values=THREE, param_name="elastic", **SHORT)),
    "cv": ("cv.py", CV_START.replace(values=THREE, n_splits=3, **SHORT)),
    "cv classes": ("cv.py", CV_START.replace(data="moons", values=THREE, n_splits=3, n_repeats=2, **SHORT)),
    **{f"compare {data}": ("compare.py", COMPARE.replace(data=data, **SHORT)) for data in DATA},
    "compare starts": ("compare.py", COMPARE.replace(n_starts=3, **SHORT)),
    "remedies": ("remedies.py", POINTS.replace(n_remedy_starts=2, tune_remedies=True, **SHORT)),
    "remedies values": ("remedies.py", POINTS.replace(data="diabetes", n_remedy_starts=1, **SHORT)),
    "features": ("features.py", FEATURES.replace(values=THREE, **SHORT)),
    "features classes": ("features.py", CLASSES.replace(values=THREE, **SHORT)),
    "features digits": ("features.py", DIGITS.replace(values=THREE, **SHORT)),
    **{
        f"bias variance {data}": ("bias_variance.py", BIAS.replace(data=data, values=THREE, n_sets=3, **SHORT))
        for data in ("sine", "plane", "moons", "spiral3", "digits")
    },
    "double descent": ("double_descent.py", START),
    "double descent networks": ("double_descent.py", START.replace(descent="networks")),
    "double descent epochs": ("double_descent.py", START.replace(descent="epochs")),
    "peeking": ("peeking.py", START),
    "bias variance width": ("bias_variance.py", BIAS.replace(vary="width", n_sets=3, **SHORT)),
}


@pytest.fixture(autouse=True)
def brief_networks(monkeypatch):
    """Let the networks of double descent train for a moment only: their 1,500 epochs are tested where they are studied."""
    monkeypatch.setattr("core.live.double_descent.trained.TASK", TASK.replace(n_epochs=4))


def as_sent(snapshot: Snapshot) -> Snapshot:
    """Return a snapshot as a browser gets it that asks for the pseudo-language."""
    return decode(snapshot.encoded_in(PSEUDO))


def snapshots(page, slot: str = "study") -> Iterator[Snapshot]:
    """Give what there is before training, and what there is at the end."""
    found = job(page, slot)
    last = found.latest or found.wait(-1, 60)
    yield as_sent(last)
    if last.meta["state"] == "paused":
        found.send(Run())
    while last.meta["state"] != "finished":
        last = found.wait(last.version, 60)
        assert last is not None and last.meta["state"] in ("paused", "running", "finished"), last
    yield as_sent(last)


def plain(stage: dict, snapshot: Snapshot, names: frozenset[str]) -> list[str]:
    """Return what of a stage in the pseudo-language, and of a snapshot, stands in no message."""
    return sorted({*plain_texts(stage, names), *plain_texts(snapshot.meta, names)})


def own_names(data: DataConfig) -> frozenset[str]:
    """Return the names that data bring along: those of its file's columns and classes, also cut off as at a network's inputs."""
    split = load_split(data)
    names = [name for name in (*split.feature_names, *split.class_names) if not isinstance(name, Message)]
    return frozenset((*names, *(shortened(name, MAX_NAME) for name in names)))


def stages(page) -> list[dict]:
    return [json.loads(stage.proto.json) for stage in page.get("bidi_component")]


@pytest.mark.parametrize("case", CASES)
def test_every_binding_names_an_array_of_the_run_of_a_fitting_shape(case: str) -> None:
    script, experiment = CASES[case]
    page = open_link(script, {**experiment.to_query(), "lang": PSEUDO})
    (stage,) = stages(page)
    assert len(stage["figures"]) >= 1
    names = own_names(experiment.data)
    for snapshot in snapshots(page, "run" if script == "playground.py" else "study"):
        assert problems(stage, snapshot) == []
        assert plain(stage, snapshot, names) == []
    close(page)


def test_the_refit_of_cross_validation_too() -> None:
    page = open_link("cv.py", CASES["cv"][1].to_query())
    for _ in snapshots(page):
        pass
    run(page)
    page.button(key="cv.start_refit").click()
    run(page)
    for snapshot in snapshots(page, "refit"):
        assert problems(stages(page)[1], snapshot) == []
    page.number_input[0].set_value(0.5)
    run(page)
    page.button(key="cv.look").click()
    run(page)
    assert len(stages(page)[1]["figures"]) == 2
    assert problems(stages(page)[1], as_sent(job(page, "refit").latest)) == []
    close(page)


@pytest.fixture(scope="module")
def seen() -> Iterator[tuple[dict, Snapshot]]:
    """The stage of a path, which has every kind of binding, and its run's last snapshot."""
    page = open_link("path.py", CASES["path plane"][1].to_query())
    *_, last = snapshots(page)
    yield stages(page)[0], last
    close(page)


def spoil(figure: dict, kind: str) -> bool:
    """Misspell the first binding of a kind in a figure; return whether it has one."""
    about = figure["layout"]["meta"]
    if kind in ("array", "at", "span", "ghost"):
        starts = "" if kind == "array" else f"{kind}:"
        for trace in figure["data"]:
            for attribute, binding in (trace.get("meta") or {}).get("bind", {}).items():
                if binding.startswith(starts) and (starts or ":" not in binding):
                    trace["meta"]["bind"][attribute] = f"{starts}misspelt"
                    return True
    if kind == "image" and about["images"]:
        about["images"][0]["array"] += "[0]"  # a row of a picture is no picture
        return True
    if kind == "auto" and about["auto"]:
        next(iter(about["auto"].values()))["arrays"].append("misspelt")
        return True
    if kind == "axis" and about["auto"]:
        about["auto"]["yaxis9"] = next(iter(about["auto"].values()))
        return True
    if kind == "twin" and about.get("twin"):
        about["twin"][0]["columns"][0]["of"] = "misspelt"
        return True
    if kind == "slider":
        for trace in figure["data"]:
            for attribute, binding in (trace.get("meta") or {}).get("bind", {}).items():
                if "[@lambda]" in binding:
                    trace["meta"]["bind"][attribute] = binding.replace("@lambda", "@moment")
                    return True
    if kind == "length":
        for trace in figure["data"]:
            if "y" in (trace.get("meta") or {}).get("bind", {}) and "x" not in trace["meta"]["bind"] and "x" in trace:
                trace["x"] = [1.0, 2.0]
                return True
    return False


@pytest.mark.parametrize(
    "kind", ["array", "at", "span", "ghost", "image", "auto", "axis", "twin", "slider", "length", "readout"]
)
def test_a_wrong_binding_of_any_kind_is_found(seen: tuple[dict, Snapshot], kind: str) -> None:
    stage, snapshot = copy.deepcopy(seen[0]), seen[1]
    assert problems(stage, snapshot) == []
    if kind == "readout":
        stage["readouts"].append({"name": "misspelt"})
    else:
        assert any(spoil(figure, kind) for figure in stage["figures"])
    assert len(problems(stage, snapshot)) >= 1
