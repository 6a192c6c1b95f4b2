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

DIABETES_NAMES = (
    "age", "sex", "body mass index", "blood pressure", "total cholesterol", "LDL cholesterol", "HDL cholesterol",
    "cholesterol ratio", "log triglycerides", "blood sugar",
)  # fmt: skip
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
        "digits": "digit",
        "breast_cancer": "diagnosis",
        "diabetes": "disease progression after one year",
        "wine": "grower",
    }
)

_UCI = "UCI Machine Learning Repository, bundled with scikit-learn."
INFOS: Mapping[str, DatasetInfo] = MappingProxyType(
    {
        "digits": DatasetInfo(
            "Digits", "images", "classification", 10, 1797, "Handwritten digits of 8 × 8 pixels.", _UCI, 64
        ),
        "breast_cancer": DatasetInfo(
            "Breast cancer", "table", "classification", 2, 569, "Tumours, benign or malignant, by 30 measures.", _UCI, 30
        ),
        "diabetes": DatasetInfo(
            "Diabetes", "table", "regression", 0, 442, "Disease progression after a year from 10 measures.",
            "Efron et al. 2004, \"Least angle regression\", bundled with scikit-learn.", 10,
        ),
        "wine": DatasetInfo(
            "Wine", "table", "classification", 3, 178, "Wines of three growers by 13 chemical measures.", _UCI, 13
        ),
    }
)  # fmt: skip


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
        return tuple(f"pixel row {i // 8 + 1}, column {i % 8 + 1}" for i in range(64))
    if name == "diabetes":
        return DIABETES_NAMES
    return tuple(str(c).replace("_", " ") for c in bunch.feature_names)
