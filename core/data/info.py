"""What a page needs to know about a data set before loading it. Read next: `synthetic.py`, whose data sets have one each."""

from __future__ import annotations

from dataclasses import dataclass

from core.data.split import Kind, Task
from core.settings.experiment import DataConfig

N_POOL = 1000  # rows of each data set that is made up
TEST_FRACTION = 0.2


@dataclass(frozen=True)
class DatasetInfo:
    """A data set in words and numbers. n_pool: its rows, all parts together."""

    label: str
    kind: Kind
    task: Task
    n_classes: int
    n_pool: int
    description: str
    source: str
    n_raw_inputs: int  # columns before features are made of them
    dials: tuple[str, ...] = ()  # which of `n_informative`, `n_noise_features`, ... act on it
    has_relevance: bool = False  # whether it is known which inputs carry signal

    @property
    def is_synthetic(self) -> bool:
        """Return whether the rows are drawn from a known law."""
        return self.kind in ("curve", "plane") or self.has_relevance

    @property
    def has_noise(self) -> bool:
        """Return whether `noise_std` acts on this data set: it does on all of them."""
        return True

    @property
    def has_label_noise(self) -> bool:
        """Return whether `label_noise` acts on this data set."""
        return self.task == "classification"

    @property
    def has_features(self) -> bool:
        """Return whether `features` acts on this data set."""
        return self.kind == "plane"

    def n_inputs(self, data: DataConfig) -> int:
        """Return the number of inputs of the network: the chosen features for 2-D data, else the columns."""
        if self.has_relevance:
            dialled = (name for name in ("n_informative", "n_noise_features", "n_duplicates") if name in self.dials)
            return self.n_raw_inputs + sum(int(getattr(data, name)) for name in dialled)
        return len(data.features) if self.has_features else self.n_raw_inputs

    def n_outputs(self) -> int:
        """Return the number of outputs of the network, as `Split.n_outputs`."""
        return self.n_classes if self.n_classes > 2 else 1

    def n_test(self) -> int:
        """Return the number of test rows."""
        return round(TEST_FRACTION * self.n_pool)

    def n_val(self, val_fraction: float) -> int:
        """Return the number of validation rows."""
        return round(val_fraction * self.n_pool)

    def max_train(self, val_fraction: float) -> int:
        """Return the largest possible `n_train`: the rows that are neither test nor validation."""
        return self.n_pool - self.n_test() - self.n_val(val_fraction)
