"""The real data sets that come with scikit-learn: digits, breast cancer, diabetes, wine. No download.

Read next: `core/data/__init__.py`, which splits and standardises them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from sklearn import datasets

from core.data.info import DatasetInfo
from core.data.split import Array
from core.words import say

DIABETES_NAMES = (
    say("age"),
    say("sex"),
    say("body mass index"),
    say("blood pressure"),
    say("total cholesterol"),
    say("LDL cholesterol"),
    say("HDL cholesterol"),
    say("cholesterol ratio"),
    say("log triglycerides"),
    say("blood sugar"),
)
LOADERS: Mapping[str, Callable[[], Any]] = MappingProxyType(
    {
        "digits": datasets.load_digits,
        "breast_cancer": datasets.load_breast_cancer,
        "diabetes": lambda: datasets.load_diabetes(scaled=False),
        "wine": datasets.load_wine,
    }
)
TARGET_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "digits": say("digit"),
        "breast_cancer": say("diagnosis"),
        "diabetes": say("disease progression after one year"),
        "wine": say("grower"),
    }
)

_UCI = say("UCI Machine Learning Repository, bundled with scikit-learn.")
INFOS: Mapping[str, DatasetInfo] = MappingProxyType(
    {
        "digits": DatasetInfo(
            say("Digits"), "images", "classification", 10, 1797, say("Handwritten digits of 8 × 8 pixels."), _UCI, 64
        ),
        "breast_cancer": DatasetInfo(
            say("Breast cancer"),
            "table",
            "classification",
            2,
            569,
            say("Tumours, benign or malignant, by 30 measures."),
            _UCI,
            30,
        ),
        "diabetes": DatasetInfo(
            say("Diabetes"),
            "table",
            "regression",
            0,
            442,
            say("Disease progression after a year from 10 measures."),
            say('Efron et al. 2004, "Least angle regression", bundled with scikit-learn.'),
            10,
        ),
        "wine": DatasetInfo(
            say("Wine"),
            "table",
            "classification",
            3,
            178,
            say("Wines of three growers by 13 chemical measures."),
            _UCI,
            13,
        ),
    }
)


@dataclass(frozen=True, eq=False)
class RealTable:
    """A real data set as it comes: X (n, d) raw float64, y (n,) float64 targets or int64 classes."""

    X: Array
    y: Array
    feature_names: tuple[str, ...]
    class_names: tuple[str, ...]
    target_name: str


def load_bundled(name: str) -> RealTable:
    """Return one of the real data sets by name."""
    bunch = LOADERS[name]()
    is_regression = INFOS[name].task == "regression"
    return RealTable(
        X=np.array(bunch.data, dtype=np.float64),
        y=np.array(bunch.target, dtype=np.float64 if is_regression else np.int64),
        feature_names=feature_names(name, bunch),
        class_names=() if is_regression else tuple(str(c).replace("_", " ") for c in bunch.target_names),
        target_name=TARGET_NAMES[name],
    )


def feature_names(name: str, bunch: Any) -> tuple[str, ...]:
    """Return readable names of the columns."""
    if name == "digits":
        return tuple(say("pixel row {row}, column {column}", row=i // 8 + 1, column=i % 8 + 1) for i in range(64))
    if name == "diabetes":
        return DIABETES_NAMES
    return tuple(str(c).replace("_", " ") for c in bunch.feature_names)
