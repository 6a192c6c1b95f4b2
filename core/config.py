"""What to train: the `Experiment`, a frozen and validated record, with exact JSON and URL round trips.

Five sections (see `core/sections.py`): `data`, `network`, `regularization`, `training`, and `study` for what varies in a
study. Every setting also has a flat name, by which links, widgets and `replace` know it. Read next: `core/data`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, get_args, get_origin

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from core.sections import (
    DataConfig,
    DatasetName,
    FeatureName,
    NetworkConfig,
    RegularizationConfig,
    Section,
    StudyConfig,
    TrainingConfig,
)  # fmt: skip
from core.words import shortened, written

__all__ = [
    "DataConfig", "DatasetName", "Experiment", "FeatureName", "NetworkConfig", "RegularizationConfig", "StudyConfig",
    "TrainingConfig",
]  # fmt: skip

MAX_FINDINGS = 3  # wrong values of one link that are named
MAX_QUERY_CHARS = 16_000  # holds 500 λ values typed with all their digits
# The strengths and the seed of the start: a running network takes new values of these without being rebuilt.
LIVE_FIELDS = ("l1", "l2", "activity_l2", "dropout_rate", "learning_rate")


class Experiment(Section):
    """Everything that decides a training run. Equal experiments give equal histories.

    Example: `Experiment(data={"name": "diabetes"}, regularization={"l2": 0.01})`.
    """

    data: DataConfig = DataConfig()
    network: NetworkConfig = NetworkConfig()
    regularization: RegularizationConfig = RegularizationConfig()
    training: TrainingConfig = TrainingConfig()
    study: StudyConfig = StudyConfig()

    def replace(self, **values: Any) -> Experiment:
        """Return a copy with some settings changed, named by their flat names (`l2=0.1`, `data_seed=3`).

        Raises ValueError with the setting, what was expected and what was received.
        """
        sections: dict[str, dict[str, Any]] = self.model_dump()
        for name, value in values.items():
            section, field = locate(name)
            sections[section][field] = value
        try:
            return Experiment.model_validate(sections)
        except ValidationError as error:
            raise ValueError("; ".join(explain(error))) from None

    def get(self, name: str) -> Any:
        """Return one setting by its flat name."""
        section, field = locate(name)
        return getattr(getattr(self, section), field)

    def to_query(self) -> dict[str, str]:
        """Return the data's name and every setting that differs from its default as short URL parameters."""
        default = Experiment()
        changed = [name for name in FLAT_NAMES if name == "data" or self.get(name) != default.get(name)]
        return {name: format_value(self.get(name)) for name in changed}

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> tuple[Experiment, list[str]]:
        """Read an experiment from URL parameters; bad ones fall back to their defaults.

        Returns the experiment and one sentence for every parameter that could not be used.
        """
        if sum(len(str(k)) + len(str(v)) for k, v in query.items()) > MAX_QUERY_CHARS:
            return cls(), [
                f"The link is longer than {MAX_QUERY_CHARS} characters; the default settings are shown instead."
            ]
        experiment, problems = cls(), []
        for name, text in query.items():
            if name not in FLAT_NAMES:
                problems.append(f"The link has '{shortened(name)}', which is not a setting: it is left out.")
                continue
            try:
                experiment = experiment.replace(**{name: parse_value(name, text)})
            except ValueError as error:
                problems.append(f"The link has a setting that cannot be used: {error}. Its default is shown instead.")
        return experiment, problems


SECTIONS: dict[str, type[Section]] = {
    "data": DataConfig,
    "network": NetworkConfig,
    "regularization": RegularizationConfig,
    "training": TrainingConfig,
    "study": StudyConfig,
}
# Flat names are the field names, but for two that would be ambiguous.
RENAMED = {"data": ("data", "name"), "data_seed": ("data", "seed")}
FLAT_NAMES: dict[str, tuple[str, str]] = {
    **RENAMED,
    **{
        field: (section, field)
        for section, model in SECTIONS.items()
        for field in model.model_fields
        if (section, field) not in RENAMED.values()
    },
}


def locate(name: str) -> tuple[str, str]:
    """Return (section, field) of a flat name; raises ValueError for an unknown one."""
    if name not in FLAT_NAMES:
        raise ValueError(f"'{shortened(name)}' is not a setting; known ones are {', '.join(sorted(FLAT_NAMES))}")
    return FLAT_NAMES[name]


def field_of(name: str) -> FieldInfo:
    """Return the pydantic field of a flat name: default, bounds (`metadata`), description, label and unit."""
    section, field = locate(name)
    return SECTIONS[section].model_fields[field]


def label_of(name: str) -> str:
    """Return the label of a setting as the page shows it."""
    extra = field_of(name).json_schema_extra
    assert isinstance(extra, dict)
    return str(extra["label"])


def bounds_of(name: str) -> tuple[float | None, float | None]:
    """Return (lowest, highest) allowed value of a numeric setting; None where it has no bound."""
    low = high = None
    for rule in field_of(name).metadata:
        low = getattr(rule, "ge", getattr(rule, "gt", low))
        high = getattr(rule, "le", getattr(rule, "lt", high))
    return low, high


# Names of choices as the page shows them; others are shown as they are.
CHOICE_LABELS = {
    "relu": "ReLU", "leaky_relu": "leaky ReLU", "gelu": "GELU",
    "sgd": "SGD", "adam": "Adam", "cross_entropy": "cross-entropy", "mse": "squared error",
    "l1": "L1", "l2": "L2", "elastic": "elastic mix", "path": "λ path", "rates": "learning rate × λ",
    "none": "No penalty", "l1_proximal": "L1 proximal", "l1_subgradient": "L1 subgradient", "elastic_net": "Elastic net",
    "activity_l2": "Activity L2",
    "dropout": "Dropout", "early_stopping": "Early stopping", "augmentation": "Augmentation", "ensemble": "Ensemble",
    "more_data": "More data",
    "x2": "x²", "y2": "y²", "xy": "x·y", "sin_x": "sin x", "sin_y": "sin y",
}  # fmt: skip


def choices_of(name: str) -> tuple[str, ...]:
    """Return the values a setting may take where it is a choice (for features: a choice of several), else ()."""
    annotation = field_of(name).annotation
    if get_origin(annotation) is tuple:
        annotation = get_args(annotation)[0]
    return get_args(annotation) if get_origin(annotation) is Literal else ()


def expected_of(name: str) -> str:
    """Return in words what a setting may be: `a number from 0 to 0.5`, `relu, tanh, …`."""
    if name == "hidden_sizes":
        return "up to 6 whole numbers from 1 to 512 joined by '-', such as 64-64, or none"
    if name == "batch_size":
        return "a whole number from 1 to 2,000, or all"
    if name == "geometry_weights":
        return "layer, unit and two different sources, joined by '-', such as 1-3-1-2, or none"
    if name == "variants":
        return f"one to six of {', '.join(choices_of(name))}"
    if name.endswith("_combination"):
        return "two different remedies or more"
    if choices_of(name):
        return ", ".join(choices_of(name))
    low, high = bounds_of(name)
    kind = "whole number" if field_of(name).annotation is int else "number"
    above = any(getattr(rule, "gt", None) is not None for rule in field_of(name).metadata)
    return f"a {kind} {'above' if above else 'from'} {low:,.12g} {'and at most' if above else 'to'} {high:,.12g}"


def read_setting(experiment: Experiment, name: str, value: Any) -> Experiment:
    """Return the experiment with one setting as it was typed or chosen.

    Raises ValueError that names the setting by its label, and says what was expected and what was received.
    """
    try:
        return experiment.replace(**{name: parse_value(name, value.strip()) if isinstance(value, str) else value})
    except ValueError:
        shown = format_value(value) if isinstance(value, tuple) else value
        raise ValueError(
            f"{label_of(name)}: expected {expected_of(name)}; received '{shortened(str(shown))}'."
        ) from None


def format_value(value: Any) -> str:
    """Return a setting as URL text: `64-64`, `x,xy`, `none`, `0.001`."""
    if value is None or value == ():
        return "none"
    if isinstance(value, tuple):
        return ("-" if isinstance(value[0], int) else ",").join(str(item) for item in value)
    return repr(value) if isinstance(value, float) else str(value)


def parse_value(name: str, text: str) -> Any:
    """Return URL text as the value of the named setting, still to be validated; an empty list may be left empty."""
    _, field = locate(name)
    if field in ("hidden_sizes", "geometry_weights"):
        return () if text in ("none", "") else tuple(text.split("-"))
    if field == "values" and text in ("none", ""):
        return ()
    if field in ("features", "values", "variants", "first_combination", "second_combination"):
        return tuple(text.split(","))
    if field == "batch_size" and text in ("none", "all"):
        return None
    return text


def explain(error: ValidationError) -> list[str]:
    """Return pydantic's findings as sentences: the setting, what was expected, what was received; the first few of many."""
    found = [
        f"{'.'.join(str(part) for part in item['loc'])}: {item['msg'][0].lower()}{item['msg'][1:]}, "
        f"received {written(item['input'])}"
        for item in error.errors()
    ]
    n_more = len(found) - MAX_FINDINGS
    return [*found[:MAX_FINDINGS], f"and {n_more} more"] if n_more > 0 else found
