"""The settings of an experiment, section by section: each with default, bounds, label, unit and a one-line description.

The web page takes its widgets from them. A study may read another one's section: the grid is that of the path, of
cross-validation and of the Features page. What a run reads is told in `core/live/<study>/needs.py`. Read next:
`core/settings/experiment.py`, which makes an `Experiment` of them.
"""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError

from core.settings.penalties import CHOICES, MAX_STRENGTH, PENALTIES
from core.settings.points import MAX_CHARS, MAX_CLASSES, pack, unpack
from core.words import say

DatasetName = Literal[
    "sine", "cubic", "step", "doppler",
    "circle", "xor", "gaussians", "spiral", "moons", "spiral3",
    "plane", "multi_gaussian",
    "digits", "breast_cancer", "diabetes", "wine",
    "informative_regression", "informative_classes", "reviews", "vowels",
    "my_curve", "my_plane",
    "table",
]  # fmt: skip
FeatureName = Literal["x", "y", "x2", "y2", "xy", "sin_x", "sin_y"]
Activation = Literal["tanh", "relu", "sigmoid", "leaky_relu", "gelu", "linear"]
LossName = Literal["auto", "cross_entropy", "mse"]
VariantName = Literal[
    "none", "l1_proximal", "l1_subgradient", "group_l1", "l2", "weight_decay", "elastic_net", "activity_l2", "dropout"
]  # fmt: skip
RemedyName = Literal["l1", "l2", "dropout", "early_stopping", "augmentation", "ensemble", "more_data"]

FEATURE_NAMES: tuple[FeatureName, ...] = get_args(FeatureName)


def setting(default: Any, label: str, description: str, unit: str = "", **bounds: Any) -> Any:
    """Return a pydantic field with a label, a unit and a description for the page to show."""
    return Field(default, description=description, json_schema_extra={"label": label, "unit": unit}, **bounds)


def strength_of(penalty: str) -> Any:
    """Return the field of a penalty's strength, off by default."""
    record = PENALTIES[penalty]
    return setting(0.0, record.label, record.description, ge=0, le=MAX_STRENGTH)


def strength_of_variant(key: str) -> Any:
    """Return the field of the strength that a penalty has on the Compare page."""
    choice = CHOICES[key]
    return setting(0.003, choice.label, choice.description, ge=0, le=MAX_STRENGTH)


def holds_text(annotation: Any) -> bool:
    """Return whether a setting of this type is a text, or a name or several: one of given words."""
    return (
        annotation is str or get_origin(annotation) is Literal or any(holds_text(part) for part in get_args(annotation))
    )


@cache
def wrong_kinds(section: type[BaseModel], name: str) -> tuple[type, ...]:
    """Return the kinds of value that a setting never has: no `true` but for a yes or no, no text but for a name."""
    annotation = section.model_fields[name].annotation
    return (*(() if annotation is bool else (bool,)), *(() if holds_text(annotation) else (str, bytes)))


class Section(BaseModel):
    """Base of the sections: frozen, no unknown fields, no nan or inf, no `true` and no text for a number.

    Numbers and lists of NumPy's, torch's or pandas' are taken as Python's own. Text becomes a number where it comes in: in
    links and widgets, by `core.settings.experiment.parse_value`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _only_its_own_kind(cls, value: Any, info: Any) -> Any:
        value = value.tolist() if hasattr(value, "tolist") else value
        items, wrong = value if isinstance(value, (list, tuple)) else [value], wrong_kinds(cls, info.field_name)
        odd = [value] if isinstance(value, (set, frozenset)) else [item for item in items if isinstance(item, wrong)]
        if odd:  # (a set has no order)
            raise PydanticCustomError("kind", say("a value of another kind"), {"odd": odd[0]})
        return value


class DataConfig(Section):
    """Which data, how many rows, how noisy."""

    name: DatasetName = setting("sine", say("Data"), say("The task: a curve, a 2-D toy, or a real data set."))
    n_train: int = setting(
        20,
        say("Training points"),
        say("Rows the network learns from; fewer overfit sooner."),
        say("rows"),
        ge=5,
        le=14_000,
    )
    noise_std: float = setting(
        0.0,
        say("Noise"),
        say("Standard deviation of Gaussian noise: on targets for regression, on inputs for classes."),
        ge=0,
        le=3,
    )
    label_noise: float = setting(
        0.0,
        say("Wrong labels"),
        say("Share of training labels replaced by a wrong class (classification only)."),
        ge=0,
        le=0.5,
    )
    val_fraction: float = setting(
        0.3, say("Validation share"), say("Share of all rows kept for validation; never trained on."), ge=0.1, le=0.5
    )
    features: tuple[FeatureName, ...] = setting(
        ("x", "y"), say("Features"), say("Inputs made from x and y (2-D data only)."), min_length=1
    )
    seed: int = setting(0, say("Data seed"), say("Which random draw of points and noise."), ge=0, le=999_999)
    n_informative: int = setting(
        5,
        say("Informative inputs"),
        say("Inputs that carry signal (signals-in-noise tasks only)."),
        say("inputs"),
        ge=1,
        le=20,
    )
    n_noise_features: int = setting(
        20,
        say("Noise inputs"),
        say("Inputs that carry nothing at all (signals in noise, vowels)."),
        say("inputs"),
        ge=0,
        le=200,
    )
    n_duplicates: int = setting(
        0,
        say("Duplicates"),
        say("Inputs that nearly repeat an informative one (signals in noise)."),
        say("inputs"),
        ge=0,
        le=20,
    )
    duplicate_correlation: float = setting(
        0.95,
        say("Correlation of duplicates"),
        say("How closely a duplicate follows its original: 1 is an exact copy, 0 is pure noise."),
        ge=0,
        le=1,
    )

    table: str = setting(
        "",
        say("File"),
        say("Which file of one's own, by a hash of its bytes (My table only)."),
        pattern="^([0-9a-f]{16})?$",
    )
    reading: str = setting(
        "", say("How it is read"), say("What was chosen for the columns of that file."), max_length=8000,
        pattern="^([a-z0-9]+-[a-z0-9_-]+(,[a-z0-9]+-[a-z0-9_-]+)*)?$",
    )  # fmt: skip

    points: str = setting(
        "",
        say("Points"),
        say("The points that were drawn (My points only), as a text of six letters for each."),
        max_length=MAX_CHARS,
    )
    n_point_classes: int = setting(
        2,
        say("Classes"),
        say("How many classes the drawn points have (My points on a plane only)."),
        say("classes"),
        ge=2,
        le=MAX_CLASSES,
    )

    @field_validator("points", mode="before")
    @classmethod
    def _points_are_text(cls, points: Any) -> Any:
        return pack(points) if isinstance(points, (list, tuple)) else points

    @field_validator("points")
    @classmethod
    def _points_can_be_read(cls, points: str) -> str:
        unpack(points)
        return points

    @field_validator("features")
    @classmethod
    def _features_are_distinct(cls, features: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(features)) != len(features):
            raise ValueError(say("expected each feature once, received {features}", features=", ".join(features)))
        return features


class NetworkConfig(Section):
    """A multilayer perceptron; `hidden_sizes=[]` is a linear (or softmax) model."""

    hidden_sizes: tuple[Annotated[int, Field(ge=1, le=512)], ...] = setting(
        (64, 64),
        say("Hidden layers"),
        say("Units of each hidden layer; none is a linear model."),
        say("units"),
        max_length=6,
    )
    activation: Activation = setting("tanh", say("Activation"), say("Bend applied to each hidden unit."))


class RegularizationConfig(Section):
    """objective = data loss + l1·Σ|w| + l2·Σw² + group_l1·Σ‖w of an input‖ + activity_l2·Σ(hidden output)²/batch size.

    Weight decay is a step of its own, w ← w - learning_rate·weight_decay·w, and no term. Biases are free.
    """

    l1: float = strength_of("l1")
    l2: float = strength_of("l2")
    l1_method: Literal["proximal", "subgradient"] = setting(
        "proximal",
        say("L1 method"),
        say("Proximal: soft threshold, exact zeros. Subgradient: plain descent on |w|, no zeros."),
    )
    activity_l2: float = strength_of("activity_l2")
    weight_decay: float = strength_of("weight_decay")
    group_l1: float = strength_of("group_l1")
    dropout_rate: float = setting(
        0.0, say("Dropout"), say("Share of hidden units switched off at random in each training step."), ge=0, le=0.9
    )
    penalize_output: bool = setting(
        True, say("Penalise the output layer"), say("Off: penalties act on the weights of the hidden layers only.")
    )


class TrainingConfig(Section):
    """How the weights are moved."""

    optimizer: Literal["sgd", "adam"] = setting("adam", say("Optimizer"), say("Rule that turns gradients into steps."))
    learning_rate: float = setting(0.01, say("Learning rate"), say("Size of a step."), gt=0, le=1e3)
    momentum: float = setting(
        0.0, say("Momentum"), say("Share of the last SGD step that is kept (SGD only)."), ge=0, le=0.99
    )
    learning_rate_schedule: Literal["constant", "cosine"] = setting(
        "constant",
        say("Schedule"),
        say(
            "Cosine: the learning rate falls smoothly to zero at the last epoch; a run that goes on then begins it "
            "anew."
        ),
    )
    batch_size: Annotated[int, Field(ge=1, le=2000)] | None = setting(
        None, say("Batch size"), say("Rows per step; empty means all of them (full batch)."), say("rows")
    )
    n_epochs: int = setting(
        3000, say("Epochs"), say("Passes over the training rows after which the run stops."), ge=1, le=1_000_000
    )
    loss: LossName = setting(
        "auto", say("Loss"), say("Auto: cross-entropy for classes, mean squared error for values.")
    )
    seed: int = setting(0, say("Start"), say("Seed of the initial weights and of the batch order."), ge=0, le=999_999)


# --- the studies: one model each, for how it varies the experiment; a single run ignores them ---


class GridConfig(Section):
    """Which strength varies, and along which values."""

    param_name: Literal["l2", "l1", "elastic", "weight_decay", "group_l1"] = setting(
        "l2", say("Penalty"), say("Which strength the grid is of. Elastic: a mix of L1 and L2.")
    )
    l1_share: float = setting(
        0.5,
        say("Share of L1"),
        say("Elastic mix (elastic net) only: λ₁ = share · λ, λ₂ = (1 − share) · λ."),
        ge=0,
        le=1,
    )
    values: tuple[Annotated[float, Field(ge=0, le=1e6)], ...] = setting(
        (), say("λ values"), say("Strengths to try; none: the usual ones of the page."), max_length=500
    )


class PathConfig(Section):
    """How a λ path is trained and shown."""

    path_start: Literal["cold", "warm"] = setting(
        "cold",
        say("Start of each λ"),
        say("Cold: all from the same start. Warm: each from its neighbour with the larger λ."),
    )
    path_view: Literal["path", "rates"] = setting(
        "path", say("Show"), say("The path: every λ at one learning rate. The map: every λ with every learning rate.")
    )


class FoldsConfig(Section):
    """How the rows are dealt into folds."""

    n_splits: int = setting(5, say("Folds"), say("Parts of the rows; each is held out once."), ge=3, le=10)
    n_repeats: int = setting(1, say("Repeats"), say("How often the rows are dealt into folds anew."), ge=1, le=10)


class CompareConfig(Section):
    """Which penalties are compared, how strong each is, and whose geometry is shown."""

    n_starts: int = setting(
        1, say("Starts"), say("Runs from different initial weights, to see the spread."), ge=1, le=20
    )
    variants: tuple[VariantName, ...] = setting(
        ("none", "l1_proximal", "l1_subgradient", "l2"),
        say("Penalties to compare"),
        say("One to six, trained side by side."),
        min_length=1,
        max_length=6,
    )
    compare_l1: float = strength_of_variant("l1_proximal")
    compare_subgradient: float = strength_of_variant("l1_subgradient")
    compare_group_l1: float = strength_of_variant("group_l1")
    compare_l2: float = strength_of_variant("l2")
    compare_weight_decay: float = strength_of_variant("weight_decay")
    compare_elastic: float = setting(
        0.003, say("Elastic net"), say("λ of a mix of L1 and L2, half and half (see Share of L1)."), ge=0, le=1e6
    )
    compare_activity: float = strength_of_variant("activity_l2")
    compare_dropout: float = setting(
        0.3, say("Dropout"), say("Share of hidden units switched off at random in each training step."), ge=0, le=0.9
    )

    geometry_of: VariantName = setting(
        "l1_proximal", say("Shown for"), say("Whose loss, weights and next step are shown.")
    )
    geometry_weights: tuple[Annotated[int, Field(ge=1, le=10_000)], ...] = setting(
        (),
        say("Two weights"),
        say("Layer, unit they lead to, unit or input of the first, of the second; none: two large ones."),
        max_length=4,
    )

    @field_validator("geometry_weights")
    @classmethod
    def _weights_are_two(cls, weights: tuple[int, ...]) -> tuple[int, ...]:
        if weights and (len(weights) != 4 or weights[2] == weights[3]):
            raise ValueError(
                say("expected layer, unit and two different sources, received {map}", map=", ".join(map(str, weights)))
            )
        return weights

    @field_validator("variants")
    @classmethod
    def _variants_in_order(cls, variants: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(variants)) != len(variants):
            raise ValueError(say("expected each penalty once, received {variants}", variants=", ".join(variants)))
        return tuple(sorted(variants, key=get_args(VariantName).index))


class RemediesConfig(Section):
    """How strong each remedy is, and which are combined."""

    n_remedy_starts: int = setting(
        10,
        say("Starts of each remedy"),
        say("Networks of each remedy from different initial weights, to see the spread."),
        ge=1,
        le=20,
    )
    first_combination: tuple[RemedyName, ...] = setting(
        ("l2", "early_stopping"), say("First combination"), say("Two remedies or more at once."), min_length=2
    )
    second_combination: tuple[RemedyName, ...] = setting(
        ("l2", "augmentation"), say("Second combination"), say("Two other remedies or more at once."), min_length=2
    )
    tune_remedies: bool = setting(
        False,
        say("Tune each strength first"),
        say(
            "Tries five strengths of each remedy from three starts, at the same cost, and keeps that of lowest "
            "validation loss."
        ),
    )
    remedy_l1: float = setting(
        0.003, say("L1 strength λ₁"), say("Of the remedy L1: drives weights to exactly zero."), ge=0, le=1e6
    )
    remedy_l2: float = setting(0.01, say("L2 strength λ₂"), say("Of the remedy L2: shrinks all weights."), ge=0, le=1e6)
    remedy_dropout: float = setting(
        0.5,
        say("Dropout rate"),
        say("Share of hidden units switched off at random in each training step."),
        ge=0,
        le=0.9,
    )
    patience: int = setting(
        20,
        say("Patience"),
        say("Epochs that early stopping waits for a lower validation loss; then the best weights return."),
        say("epochs"),
        ge=1,
        le=100_000,
    )
    min_delta: float = setting(
        0.0,
        say("Smallest improvement, min_delta"),
        say("By how much the validation loss has to fall for early stopping to count it."),
        ge=0,
        le=10,
    )
    remedy_augment: float = setting(
        0.5,
        say("Augmentation strength"),
        say(
            "At 1: noise of one standard deviation on points; images shifted by up to 1 pixel, turned by up to 15°, "
            "with noise."
        ),
        ge=0,
        le=3,
    )
    n_ensemble: int = setting(
        5,
        say("Networks of an ensemble"),
        say("From different starts; it answers with their average."),
        say("networks"),
        ge=2,
        le=20,
    )

    @field_validator("first_combination", "second_combination")
    @classmethod
    def _remedies_are_distinct(cls, remedies: tuple[RemedyName, ...]) -> tuple[RemedyName, ...]:
        if len(set(remedies)) != len(remedies):
            raise ValueError(say("expected each remedy once, received {remedies}", remedies=", ".join(remedies)))
        return remedies


class BiasVarianceConfig(Section):
    """What varies beside the training rows, and how many draws of them there are."""

    vary: Literal["strength", "width"] = setting(
        "strength", say("Bias and variance along"), say("Strengths λ, or widths: units of every hidden layer at one λ.")
    )
    n_sets: int = setting(
        10, say("Training sets"), say("Draws of the training points, or disjoint parts of real rows."), ge=3, le=30
    )
    n_set_starts: int = setting(
        2, say("Starts of each set"), say("Networks from different initial weights."), ge=2, le=5
    )


class DoubleDescentConfig(Section):
    """Which of the three kinds of double descent is shown."""

    descent: Literal["random_features", "networks", "epochs"] = setting(
        "random_features",
        say("Double descent of"),
        say("Random features, solved exactly; networks that are trained whole; one linear model along its epochs."),
    )
