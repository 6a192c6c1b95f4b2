"""The arguments of the public functions, checked at the door: each wrong call is told what the argument should have been."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.data import Split
from core.data.drawn import is_drawn
from core.engine.device import device_of
from core.settings.experiment import LIVE_FIELDS, POINTS, Experiment, expected_of
from core.settings.words import received, written
from core.studies.base.plan import DTYPES
from core.studies.base.values import is_count
from core.words import joined, say

SPLIT_CALL = say("Split.from_arrays(X_train, y_train, X_val, y_val, task=…)")


def check_call(
    experiment: Experiment, split: Split | None, dtype: str, progress: bool = False, memory_bytes: int | None = None,
    device: str = "cpu",
) -> None:  # fmt: skip
    """Raise ValueError for an argument that every training has and that is of a wrong kind."""
    if not isinstance(experiment, Experiment):
        raise ValueError(
            say(
                "experiment: expected an Experiment, received {experiment}; {instead_of}",
                experiment=received(experiment),
                instead_of=_instead_of(experiment),
            )
        )
    if split is not None and not isinstance(split, Split):
        raise ValueError(
            say(
                "split: expected a Split or None, received {split}; make one with {split_call}",
                split=received(split),
                split_call=SPLIT_CALL,
            )
        )
    if not isinstance(progress, bool):
        raise ValueError(say("progress: expected True or False, received {progress}", progress=received(progress)))
    if not isinstance(dtype, str) or dtype not in DTYPES:
        raise ValueError(say("dtype: expected 'float32' or 'float64', received {dtype}", dtype=received(dtype)))
    device_of(device)
    if memory_bytes is not None and not is_count(memory_bytes, 1, 1 << 50):
        raise ValueError(
            say(
                "memory_bytes: expected a whole number of bytes, 1 or more, received {memory_bytes}",
                memory_bytes=received(memory_bytes),
            )
        )


def _instead_of(experiment: object) -> str:
    """Return what to write instead of something that is no experiment."""
    if isinstance(experiment, Mapping):
        return say("write Experiment(**settings)")
    if hasattr(experiment, "shape") or (isinstance(experiment, Sequence) and not isinstance(experiment, str)):
        return say("own arrays are a split: train(Experiment(), split={split_call})", split_call=SPLIT_CALL)
    return say("such as Experiment(regularization={'l2': 0.01})")


def check_changes(experiment: Experiment, changes: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the changes with plain numbers.

    Raises ValueError for a setting that cannot change on the way, a bad value, no step, or a change that is no mapping.
    """
    names = (*LIVE_FIELDS, *((POINTS,) if is_drawn(experiment.data) else ()))
    expected = say(
        "changes: expected a list of step (a whole number), name (one of {live_fields}) and value",
        live_fields=joined(names, ", "),
    )
    if isinstance(changes, Mapping):
        raise ValueError(say("{expected}, received one dict; put it in a list: changes=[{{…}}]", expected=expected))
    if not isinstance(changes, Sequence) or isinstance(changes, str):
        raise ValueError(say("{expected}, received {changes}", expected=expected, changes=received(changes)))
    return [_checked_change(experiment, change, names, expected) for change in changes]


def _checked_change(
    experiment: Experiment, change: Mapping[str, Any], names: Sequence[str], expected: str
) -> dict[str, Any]:
    if not isinstance(change, Mapping):
        raise ValueError(say("{expected}, received {change} in it", expected=expected, change=received(change)))
    name, step = change.get("name"), change.get("step")
    if not isinstance(name, str) or name not in names or not is_count(step, 0, 1 << 62) or "value" not in change:
        raise ValueError(say("{expected}, received {dict}", expected=expected, dict=written(dict(change))))
    if change.get("member") is not None and not is_count(change["member"], 0, 0):
        raise ValueError(
            say(
                "changes: expected member 0 or none in a run of one network, received {member}",
                member=received(change["member"]),
            )
        )
    try:
        value = experiment.replace(**{name: change["value"]}).get(name)
    except ValueError:
        wrong = received(change["value"])
        raise ValueError(
            say(
                "changes: expected {expected_of} for {name}, received {wrong}",
                expected_of=expected_of(name),
                name=name,
                wrong=wrong,
            )
        ) from None
    return {"step": int(step or 0), "name": name, "value": value}


def check_kind(name: str, value: object, kind: type, call: str) -> None:
    """Raise ValueError where an argument is not the result of the call that makes it."""
    if not isinstance(value, kind):
        raise ValueError(
            say(
                "{name}: expected what {call} returns, a {kind}, received {value}",
                name=name,
                call=call,
                kind=kind.__name__,
                value=received(value),
            )
        )
