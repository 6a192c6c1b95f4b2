"""Result records as tables: one row per case, columns by name."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import numpy as np

from core.words import say


def to_frame(columns: Mapping[str, np.ndarray]) -> Any:
    """Return a pandas DataFrame of columns of equal length; raises ImportError in plain words without pandas."""
    try:
        pandas = import_module("pandas")
    except ImportError as error:
        raise ImportError(say("to_frame needs pandas: install it with `pip install pandas`")) from error
    return pandas.DataFrame(dict(columns))
