"""The real data sets have the shapes and classes that the registry promises."""

from __future__ import annotations

import pytest

from core.data import DATASETS
from core.data.bundled import LOADERS, load_bundled


@pytest.mark.parametrize(
    ("name", "n_features"), [("digits", 64), ("breast_cancer", 30), ("diabetes", 10), ("wine", 13)]
)
def test_table_matches_the_registry(name: str, n_features: int) -> None:
    table, info = load_bundled(name), DATASETS[name]
    assert table.X.shape == (info.n_pool, n_features) and table.y.shape == (info.n_pool,)
    assert len(table.feature_names) == n_features and len(set(table.feature_names)) == n_features
    assert len(table.class_names) == info.n_classes
    assert set(LOADERS) == {key for key, value in DATASETS.items() if not value.is_synthetic}
