"""What to train: the `Experiment`, a frozen and validated record, with exact JSON and URL round trips.

Its sections (see `core/settings/sections.py`): `data`, `network`, `regularization`, `training`, and one for what each study
varies. Every setting also has a flat name, by which links, widgets and `replace` know it. Read next: `core/data`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from types import SimpleNamespace
from typing import Any, Literal, get_args, get_origin
from urllib.parse import parse_qsl, urlsplit

from pydantic import ValidationError, model_validator
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, PydanticCustomError

from core.settings.links import DEFAULTS, NEWEST, VERSION, unknown_version
from core.settings.penalties import CHOICES, PENALTIES
from core.settings.sections import (
    BiasVarianceConfig,
    CompareConfig,
    DataConfig,
    DatasetName,
    DoubleDescentConfig,
    FeatureName,
    FoldsConfig,
    GridConfig,
    NetworkConfig,
    PathConfig,
    RegularizationConfig,
    RemediesConfig,
    Section,
    TrainingConfig,
)
from core.settings.words import did_you_mean, received, shortened, written
from core.words import joined, lowered, say

__all__ = [
    "DataConfig", "DatasetName", "Experiment", "FeatureName", "NetworkConfig", "RegularizationConfig", "TrainingConfig",
]  # fmt: skip

MAX_FINDINGS = 3  # wrong values of one link that are named
MAX_QUERY_CHARS = 16_000  # holds 500 λ values typed with all their digits
# The strengths and the seed of the start: a running network takes new values of these without being rebuilt.
LIVE_FIELDS = (*PENALTIES, "dropout_rate", "learning_rate")
POINTS = "points"  # the drawn ones: a network that trains on them takes others without a reset, too


class Experiment(Section):
    """Everything that decides a training run. Equal experiments give equal histories.

    Example: `Experiment(data={"name": "diabetes"}, regularization={"l2": 0.01})`. The settings of the studies may also be
    given together, as `study={"values": [0, 0.1], "n_splits": 3}`, and are read so by `experiment.study.values`.
    """

    data: DataConfig = DataConfig()
    network: NetworkConfig = NetworkConfig()
    regularization: RegularizationConfig = RegularizationConfig()
    training: TrainingConfig = TrainingConfig()
    grid: GridConfig = GridConfig()
    path: PathConfig = PathConfig()
    folds: FoldsConfig = FoldsConfig()
    compare: CompareConfig = CompareConfig()
    remedies: RemediesConfig = RemediesConfig()
    bias_variance: BiasVarianceConfig = BiasVarianceConfig()
    double_descent: DoubleDescentConfig = DoubleDescentConfig()

    def __init__(self, *unnamed: Any, **sections: Any) -> None:
        """Take the sections by name; raises ValueError for each wrong setting, with what was expected and received."""
        if unnamed:
            raise ValueError(
                say(
                    "Experiment: expected sections by name, such as Experiment(training={{'n_epochs': 100}}), received "
                    "{unnamed} without a name",
                    unnamed=received(unnamed[0]),
                )
            )
        try:
            super().__init__(**sections)
        except ValidationError as error:
            raise ValueError(joined(explain(error), "; ")) from None

    @model_validator(mode="before")
    @classmethod
    def _study_is_several(cls, given: Any) -> Any:
        """Put what is given as `study` into the sections of the studies."""
        if not isinstance(given, Mapping) or "study" not in given:
            return given
        sections, study = {name: value for name, value in given.items() if name != "study"}, given["study"]
        together = vars(study) if isinstance(study, SimpleNamespace) else study
        if not isinstance(together, Mapping):
            raise PydanticCustomError("study_unnamed", say("expected its settings by name"), {"odd": study})
        for field, value in together.items():
            section = next((name for name in STUDIES if field in SECTIONS[name].model_fields), None)
            if section is None:
                raise PydanticCustomError("study_unknown", say("no setting of a study"), {"name": field, "odd": value})
            sections[section] = {field: value, **dict(sections.get(section, {}))}
        return sections

    @property
    def study(self) -> SimpleNamespace:
        """Return the settings of all studies together, by their flat names."""
        return SimpleNamespace(**{name: value for section in STUDIES for name, value in getattr(self, section)})

    def replace(self, **values: Any) -> Experiment:
        """Return a copy with some settings changed, named by their flat names (`l2=0.1`, `data_seed=3`).

        Raises ValueError with the setting, what was expected and what was received.
        """
        sections: dict[str, dict[str, Any]] = self.model_dump()
        for name, value in values.items():
            section, field = locate(name)
            sections[section][field] = value
        return Experiment(**sections)

    def get(self, name: str) -> Any:
        """Return one setting by its flat name."""
        section, field = locate(name)
        return getattr(getattr(self, section), field)

    def to_query(self) -> dict[str, str]:
        """Return the links' version, the data's name and every setting that differs from that version's default, as texts."""
        default = link_default(NEWEST)
        changed = [name for name in FLAT_NAMES if name == "data" or self.get(name) != default.get(name)]
        return {VERSION: NEWEST, **{name: format_value(self.get(name)) for name in changed}}

    @classmethod
    def from_query(cls, query: Mapping[str, str] | str) -> tuple[Experiment, list[str]]:
        """Read an experiment from a link, or from its parameters by name; bad ones fall back to their defaults.

        What it does not name has the default of the link's version `v`, 1 where it has none (see `core/settings/links.py`).
        Returns the experiment and one sentence for every parameter that could not be used. Raises ValueError where `query`
        is neither a text nor a mapping.
        """
        if isinstance(query, str):
            query = dict(parse_qsl(urlsplit(query).query if "?" in query else query))
        if not isinstance(query, Mapping):
            raise ValueError(
                say("query: expected a link or its parameters by name, received {query}", query=received(query))
            )
        if sum(len(str(k)) + len(str(v)) for k, v in query.items()) > MAX_QUERY_CHARS:
            return link_default(NEWEST), [
                say(
                    "The link is longer than {max_query_chars} characters; the default settings are shown instead.",
                    max_query_chars=MAX_QUERY_CHARS,
                )
            ]
        try:
            version = only_text(VERSION, query.get(VERSION, "1"))
        except ValueError as error:
            return link_default(NEWEST), [say("The link has a version that cannot be used: {error}.", error=error)]
        if version not in DEFAULTS:
            return link_default(NEWEST), [unknown_version(shortened(version))]
        experiment, problems = link_default(version), []
        for name, text in query.items():
            if name == VERSION:
                continue
            if name not in FLAT_NAMES:
                problems.append(
                    say("The link has '{name}', which is not a setting: it is left out.", name=shortened(str(name)))
                )
                continue
            try:
                experiment = experiment.replace(**{name: parse_value(name, only_text(name, text))})
            except ValueError as error:
                problems.append(
                    say(
                        "The link has a setting that cannot be used: {error}. Its default is shown instead.",
                        error=error,
                    )
                )
        return experiment, problems


SECTIONS: dict[str, type[Section]] = {
    "data": DataConfig,
    "network": NetworkConfig,
    "regularization": RegularizationConfig,
    "training": TrainingConfig,
    "grid": GridConfig,
    "path": PathConfig,
    "folds": FoldsConfig,
    "compare": CompareConfig,
    "remedies": RemediesConfig,
    "bias_variance": BiasVarianceConfig,
    "double_descent": DoubleDescentConfig,
}
STUDIES = tuple(SECTIONS)[4:]  # the sections of the studies
# Flat names are the field names, but for two that would be ambiguous.
RENAMED = {"data": ("data", "name"), "data_seed": ("data", "seed")}


def flat_names(sections: Mapping[str, type[Section]]) -> dict[str, tuple[str, str]]:
    """Return (section, field) of every setting by its flat name; raises ValueError where two would have the same one."""
    flat = dict(RENAMED)
    for section, model in sections.items():
        for field in model.model_fields:
            if (section, field) in RENAMED.values():
                continue
            if field in flat:
                raise ValueError(
                    say(
                        "{section}.{field}: expected a name of its own, received that of {flat}",
                        section=section,
                        field=field,
                        flat=".".join(flat[field]),
                    )
                )
            flat[field] = (section, field)
    return flat


FLAT_NAMES = flat_names(SECTIONS)


@cache
def link_default(version: str) -> Experiment:
    """Return what a link of this version means that names no setting."""
    return Experiment().replace(**{name: parse_value(name, text) for name, text in DEFAULTS[version].items()})


# What other programs call a setting of ours.
OTHER_NAMES = {
    "lr": "learning_rate", "epochs": "n_epochs", "max_iter": "n_epochs", "batch": "batch_size", "layers": "hidden_sizes",
    "hidden": "hidden_sizes", "hidden_layer_sizes": "hidden_sizes", "dropout": "dropout_rate", "group_lasso": "group_l1",
    "alpha": "l2", "lambda": "l2", "dataset": "data", "random_state": "seed", "model": "network", "penalty": "regularization",
}  # fmt: skip


def locate(name: str) -> tuple[str, str]:
    """Return (section, field) of a flat name; raises ValueError for an unknown one."""
    if name not in FLAT_NAMES:
        hint = did_you_mean(name, FLAT_NAMES, OTHER_NAMES)
        known = ", ".join(sorted(FLAT_NAMES))
        raise ValueError(
            say(
                "{name}: expected a setting, one of {known}; received '{name}'{hint}",
                name=shortened(name),
                known=known,
                hint=hint,
            )
        )
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
    "relu": "ReLU",
    "leaky_relu": say("leaky ReLU"),
    "gelu": "GELU",
    "sgd": "SGD",
    "adam": say("Adam"),
    "cross_entropy": "cross-entropy",
    "mse": say("squared error"),
    **{name: penalty.short for name, penalty in PENALTIES.items()},
    **{key: choice.label for key, choice in CHOICES.items()},
    "elastic": say("elastic mix"),
    "path": "λ path",
    "rates": say("learning rate × λ"),
    "strength": say("strength λ"),
    "width": "width",
    "random_features": say("random features"),
    "networks": say("trained networks"),
    "epochs": say("epochs"),
    "none": say("No penalty"),
    "elastic_net": say("Elastic net"),
    "dropout": say("Dropout"),
    "early_stopping": say("Early stopping"),
    "augmentation": say("Augmentation"),
    "ensemble": say("Ensemble"),
    "more_data": say("More data"),
    "x2": "x²",
    "y2": "y²",
    "xy": "x·y",
    "sin_x": say("sin x"),
    "sin_y": say("sin y"),
}


def choices_of(name: str) -> tuple[str, ...]:
    """Return the values a setting may take where it is a choice (for features: a choice of several), else ()."""
    annotation = field_of(name).annotation
    if get_origin(annotation) is tuple:
        annotation = get_args(annotation)[0]
    return get_args(annotation) if get_origin(annotation) is Literal else ()


def expected_of(name: str) -> str:
    """Return in words what a setting may be: `a number from 0 to 0.5`, `relu, tanh, …`."""
    if field_of(name).annotation is bool:
        return say("True or False")
    if name == "table":
        return say("16 digits from 0 to f, or nothing")
    if name == "reading":
        return say("parts such as target-3, 4-category or 5-out, or nothing")
    if name == "points":
        return say("up to 200 drawn points, as a text that begins with 1 and has six letters for each, or nothing")
    if name == "values":
        return say("up to 500 numbers from 0 to 1,000,000")
    if name == "hidden_sizes":
        return say("up to 6 whole numbers from 1 to 512 joined by '-', such as 64-64, or none")
    if name == "batch_size":
        return say("a whole number from 1 to 2,000, or all")
    if name == "geometry_weights":
        return say("layer, unit and two different sources, joined by '-', such as 1-3-1-2, or none")
    if name == "variants":
        return say("one to six of {choices_of}", choices_of=joined(choices_of(name), ", "))
    if name.endswith("_combination"):
        return say("two different remedies or more")
    if choices_of(name):
        return joined(choices_of(name), ", ")
    low, high = bounds_of(name)
    kind = say("a whole number") if field_of(name).annotation is int else say("a number")
    if any(getattr(rule, "gt", None) is not None for rule in field_of(name).metadata):
        return say("{kind} above {low:,.12g} and at most {high:,.12g}", kind=kind, low=low, high=high)
    return say("{kind} from {low:,.12g} to {high:,.12g}", kind=kind, low=low, high=high)


def read_setting(experiment: Experiment, name: str, value: Any) -> Experiment:
    """Return the experiment with one setting as it was typed or chosen.

    Raises ValueError that names the setting by its label, and says what was expected and what was received.
    """
    try:
        return experiment.replace(**{name: parse_value(name, value.strip()) if isinstance(value, str) else value})
    except ValueError:
        shown = format_value(value) if isinstance(value, tuple) else value
        raise ValueError(
            say(
                "{name}: expected {expected_of}; received '{shown}'.",
                name=label_of(name),
                expected_of=expected_of(name),
                shown=shortened(str(shown)),
            )
        ) from None


def format_value(value: Any) -> str:
    """Return a setting as URL text: `64-64`, `x,xy`, `none`, `0.001`."""
    if value is None or value == ():
        return "none"
    if isinstance(value, tuple):
        return ("-" if isinstance(value[0], int) else ",").join(str(item) for item in value)
    return repr(value) if isinstance(value, float) else str(value)


def parse_value(name: str, text: str) -> Any:
    """Return URL text as the value of the named setting, still to be validated; an empty list may be left empty.

    Text that is no number where one is wanted stays text, and is refused as such.
    """
    _, field = locate(name)
    if field in ("hidden_sizes", "geometry_weights"):
        return () if text in ("none", "") else tuple(as_number(part) for part in text.split("-"))
    if field == "values":
        return () if text in ("none", "") else tuple(as_number(part) for part in text.split(","))
    if field in ("features", "variants", "first_combination", "second_combination"):
        return tuple(text.split(","))
    if field == "batch_size" and text in ("none", "all"):
        return None
    if field_of(name).annotation is bool:
        return {"true": True, "1": True, "false": False, "0": False}.get(text.lower(), text)
    return text if choices_of(name) or field_of(name).annotation is str else as_number(text)


def only_text(name: str, value: Any) -> str:
    """Return a parameter's text; a list of one is that one, as `urllib.parse.parse_qs` gives it."""
    items = value if isinstance(value, (list, tuple)) else [value]
    if len(items) == 1 and isinstance(items[0], str):
        return items[0]
    raise ValueError(say("{name}: expected one text, received {value}", name=name, value=received(value)))


def as_number(text: str) -> int | float | str:
    """Return the whole or other number that a text writes, else the text."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return text


def explain(error: ValidationError) -> list[str]:
    """Return pydantic's findings as sentences: the setting, what was expected, what was received; the first few of many."""
    found = [_finding(tuple(item["loc"]), item) for item in error.errors()]
    n_more = len(found) - MAX_FINDINGS
    return [*found[:MAX_FINDINGS], say("and {n_more} more", n_more=n_more)] if n_more > 0 else found


def _finding(where: tuple[int | str, ...], item: ErrorDetails) -> str:
    """Return one of pydantic's findings as a sentence."""
    path, given = (
        ".".join(str(part) for part in where),
        written(item.get("ctx", {}).get("odd", item["input"])),
    )
    if item["type"] == "extra_forbidden":
        return _unknown(where, item["input"])
    if item["type"] == "study_unnamed":
        return say("study: expected its settings by name, such as study={{'values': …}}, received {given}", given=given)
    if item["type"] == "study_unknown":
        return _unknown(("study", item["ctx"]["name"]), item["ctx"]["odd"])
    if item["type"] == "value_error":  # in our own words
        return say("{path}: {error}", path=path, error=item["ctx"]["error"])
    if len(where) == 1 and path in SECTIONS:
        example = "{'name': 'diabetes'}" if path == "data" else f"{{'{next(iter(SECTIONS[path].model_fields))}': …}}"
        return say(
            "{path}: expected its settings by name, such as {path}={example}, received {given}",
            path=path,
            example=example,
            given=given,
        )
    flat = next((name for name, place in FLAT_NAMES.items() if place == where[:2]), None)
    if flat is not None:
        return say(
            "{path}: expected {expected_of}, received {given}", path=path, expected_of=expected_of(flat), given=given
        )
    return say("{path}: {message}, received {given}", path=path, message=lowered(item["msg"]), given=given)


def _unknown(where: tuple[int | str, ...], value: object) -> str:
    """Return the sentence on a name that a section, or the experiment itself, does not have."""
    *outer, name = (str(part) for part in where)
    fields: Iterable[str] = SECTIONS[outer[0]].model_fields if outer and outer[0] in SECTIONS else SECTIONS
    if outer == ["study"]:
        fields = [field for section in STUDIES for field in SECTIONS[section].model_fields]
    meant = OTHER_NAMES.get(name, name)
    section, field = FLAT_NAMES.get(meant, ("", ""))
    if meant not in fields and section:
        hint = say(
            "; {meant} belongs to {section}: Experiment({section}={{'{field}': {value}}})",
            meant=meant,
            section=section,
            field=field,
            value=written(value, 30),
        )
    else:
        hint = did_you_mean(name, fields, OTHER_NAMES)
    path = ".".join(str(part) for part in where)
    return say(
        "{path}: expected one of {fields}, received '{name}'{hint}",
        path=shortened(path, 60),
        fields=joined(fields, ", "),
        name=shortened(name),
        hint=hint,
    )
