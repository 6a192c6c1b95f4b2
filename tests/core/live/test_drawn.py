"""Drawn points serve every study: trained to its end, shown with numbers."""

import numpy as np
import pytest

from core.data.drawn import with_points
from core.settings.points import pack
from tests.core.live.test_needs import STUDIES, trained

RNG = np.random.default_rng(1)
POINTS = pack([(float(x), float(y), i % 3, i % 3 == 0) for i, (x, y) in enumerate(RNG.uniform(-1, 1, (20, 2)))])
LOSSES = {
    "path l2": "val_loss", "path warm": "val_loss", "rates": "grid", "cv l2": "mean", "compare": "val_loss",
    "remedies": "ablation_val_median", "remedies tuned": "ablation_val_median",
}  # fmt: skip


@pytest.mark.parametrize("name", ["my_curve", "my_plane"])
@pytest.mark.parametrize("study", LOSSES)
def test_every_study_trains_on_drawn_points(study, name):
    _, make_run, start = STUDIES[study]
    drawn = with_points(start.replace(data=name, noise_std=0.0, n_point_classes=3), POINTS)
    arrays = trained(make_run, drawn)
    losses = [values for array, values in arrays.items() if LOSSES[study] in array]
    assert losses and all(np.isfinite(values).any() for values in losses)
