"""Records go through bytes and back with every digit and type; nothing is executed on the way."""

import io
import math
import os
import pickle
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np
import pytest

from core import Experiment, Split, candidates, cross_validate, evaluate_test, refit, sweep, sweep_learning_rates, train
from core.studies.base.result import Result
from core.studies.base.state import MemberState
from core.studies.base.training import Training
from core.studies.cv.cross_validation import CrossValidation
from core.studies.path.sweep import PathMoment, plan_path, read_path
from core.words import Message, say

TINY = Experiment(
    data={"name": "moons", "n_train": 20, "noise_std": 0.3}, network={"hidden_sizes": [4]}, training={"n_epochs": 3}
)


@dataclass(frozen=True, eq=False)
class Inner(Result):
    """A record in a record."""

    values: np.ndarray


@dataclass(frozen=True, eq=False)
class Outer(Result):
    """One field of everything that a record may hold."""

    experiment: Experiment
    inner: Inner
    by_name: dict[str, Any]
    some: list[Any]
    pair: tuple[Any, ...]
    nothing: None = None


def same(one: Any, other: Any) -> bool:
    """Return whether two values are equal, bit for bit, in type and in shape."""
    if type(one) is not type(other):
        return False
    if isinstance(one, Message):
        return same(
            [one.template, one.values, one.plural, one.n], [other.template, other.values, other.plural, other.n]
        )
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()
    if is_dataclass(one):
        return all(same(getattr(one, field.name), getattr(other, field.name)) for field in fields(one))
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(same(a, b) for a, b in zip(one, other, strict=True))
    return bool(one == other) or (isinstance(one, float) and math.isnan(one) and math.isnan(other))


ARRAYS = [
    np.array([0.1, np.nan, -0.0, np.inf, 5e-324]), np.arange(6, dtype=np.float32).reshape(2, 3)[:, ::2],
    np.array([2**62, -1]), np.array([True, False]), np.array(["λ", "two words", ""]), np.array(3), np.zeros((0, 4)),
]  # fmt: skip


def test_everything_a_record_may_hold_comes_back_bit_for_bit() -> None:
    plain = {
        "said": say("{n:,} of {what}", n=3, what=say("them")),
        "λ": 0.1 + 0.2,
        "nan": math.nan,
        "inf": -math.inf,
        "yes": True,
        "n": 2**70,
        "text": 'a ‘b’ "c" \n',
    }
    record = Outer(
        TINY, Inner(ARRAYS[0]), {**plain, "tuple": ("in", "dict"), "record": [1]}, [*ARRAYS, None], ((), [1, (2,)])
    )
    back = Outer.from_bytes(record.to_bytes())
    assert same(back, record)
    assert back.some[0] is not record.some[0] and not np.shares_memory(back.some[0], record.some[0])


@pytest.fixture(scope="module")
def cv() -> CrossValidation:
    """Return a cross-validation whose largest strength diverges."""
    experiment = TINY.replace(optimizer="sgd", learning_rate=0.5, n_epochs=20)
    return cross_validate(experiment, "l2", [0.0, 0.01, 1e5], n_splits=3, progress=False)


def test_what_the_studies_give_comes_back_bit_for_bit(cv: CrossValidation) -> None:
    assert np.isnan(cv.val_loss).any()
    plan = plan_path(TINY, "elastic", [0.0, 0.1], start="warm")
    training = Training(plan)
    training.run_epoch()
    moment = read_path(plan, training.state(), TINY)
    assert "not started" in moment.kinds
    losses = evaluate_test(refit(TINY, "l2", candidates(cv), progress=False))
    grid = sweep_learning_rates(TINY, "l1", [0.0, 0.1], [0.01, 0.1], progress=False)
    for record in (cv, moment, moment.state, losses, grid):
        assert same(type(record).from_bytes(record.to_bytes()), record), type(record)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_networks_that_have_travelled_answer_as_they_did(dtype: str) -> None:
    X, y = np.random.default_rng(0).normal(size=(30, 3)), np.array([7, 2, 9] * 10)
    split = Split.from_arrays(X[:20], y[:20], X[20:], y[20:], task="classification")
    fit = train(TINY, split, progress=False, dtype=dtype)
    path = sweep(TINY, "l2", [0.0, 0.1], split, progress=False, dtype=dtype)
    for record in (fit, path):
        back = type(record).from_bytes(record.to_bytes())
        assert same(back, record) and back.classes.tolist() == [2, 7, 9]
        assert same(back.predict(X), record.predict(X)) and back.predict(X).shape[-1] == 3
    assert same(fit.predict(X), path.predict(X)[0])


def test_what_is_no_plain_data_is_refused() -> None:
    for odd in (object(), {1: 2}, np.array([object()]), {"set"}, len):
        with pytest.raises(ValueError, match="result: expected arrays of numbers or texts, and plain data, received"):
            Outer(TINY, Inner(ARRAYS[0]), {}, [odd], ()).to_bytes()


def test_bytes_of_another_record_and_bytes_that_are_none_are_refused_in_words(cv: CrossValidation) -> None:
    with pytest.raises(ValueError, match="expected the bytes of a MemberState, received those of a CrossValidation"):
        MemberState.from_bytes(cv.to_bytes())
    for content in (b"", b"PK", cv.to_bytes()[:-40], b"x" * 100):
        with pytest.raises(ValueError, match="content: expected the bytes of a PathMoment, received others"):
            PathMoment.from_bytes(content)


class Trap:
    """Sets a variable of the system when it is unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.putenv, ("LAB_TRAP", "sprung")


def test_a_pickle_is_never_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    sprung = []
    monkeypatch.setattr(pickle, "loads", lambda *_: sprung.append(True))
    monkeypatch.setattr(pickle, "load", lambda *_, **__: sprung.append(True))
    trap = io.BytesIO()
    np.savez(trap, allow_pickle=True, tree=np.array([Trap()], dtype=object))
    for content in (trap.getvalue(), pickle.dumps(Trap())):
        with pytest.raises(ValueError, match="received others"):
            MemberState.from_bytes(content)
    assert not sprung


def test_what_python_fails_to_parse_beside_other_threads_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    content, load, fails = Inner(np.arange(3.0)).to_bytes(), np.load, [True, True]

    def seldom(*args: Any, **kwargs: Any) -> Any:
        if fails:
            fails.pop()
            raise SystemError("AST constructor recursion depth mismatch (before=180, after=39)")
        return load(*args, **kwargs)

    monkeypatch.setattr(np, "load", seldom)
    assert np.array_equal(Inner.from_bytes(content).values, np.arange(3.0))
    fails.extend([True] * 10)
    with pytest.raises(SystemError):
        Inner.from_bytes(content)
