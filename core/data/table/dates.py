"""Texts as dates: the ways of writing them that are known, and which of them a whole column follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from core.data.arrays import Array

_TIME = (
    r"(?:[T ](?P<h>[0-9]{1,2}):(?P<min>[0-9]{2})(?::(?P<s>[0-9]{2})(?:[.,][0-9]+)?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?$"
)
_Y, _M, _D = r"(?P<y>[0-9]{4})", r"(?P<m>[0-9]{1,2})", r"(?P<d>[0-9]{1,2})"
FORMATS: Mapping[str, str] = MappingProxyType(
    {
        "year-month-day": f"^{_Y}-{_M}-{_D}{_TIME}",
        "year/month/day": f"^{_Y}/{_M}/{_D}{_TIME}",
        "day.month.year": rf"^{_D}\.{_M}\.{_Y}{_TIME}",
        "day/month/year": f"^{_D}/{_M}/{_Y}{_TIME}",
        "month/day/year": f"^{_M}/{_D}/{_Y}{_TIME}",
        "day-month-year": f"^{_D}-{_M}-{_Y}{_TIME}",
    }
)


@dataclass(frozen=True, eq=False)
class ParsedDates:
    """A column read as dates. days (n,): since 1970, with the part of the day; nan where there is none.

    share: of the filled cells, by format. form: the one with the largest; other: another that reads as many.
    """

    days: Array
    form: str
    shares: Mapping[str, float]
    other: str = ""

    @property
    def share(self) -> float:
        """Return the share of the filled cells that are dates in this format."""
        return self.shares.get(self.form, 0.0)


def parse_dates(cells: Any, is_missing: Array) -> ParsedDates:
    """Return a column of texts read as dates, in the format that reads most of them."""
    n_filled = max(1, int((~is_missing).sum()))
    found = {name: _days(cells, pattern) for name, pattern in FORMATS.items()}
    shares = {name: float(np.isfinite(days).sum() / n_filled) for name, days in found.items()}
    form = max(shares, key=lambda name: shares[name])
    other = next((n for n, share in shares.items() if n != form and share == shares[form] and share > 0), "")
    return ParsedDates(found[form], form, shares, other)


def _days(cells: Any, pattern: str) -> Array:
    """Return days since 1970 (n,), nan where the pattern does not fit or the day does not exist."""
    import pyarrow.compute as pc

    days = np.full(len(cells), np.nan)
    fits = pc.fill_null(pc.match_substring_regex(cells, pattern), False).to_numpy(zero_copy_only=False)
    rows = np.flatnonzero(fits)
    if not len(rows):
        return days
    parts = pc.extract_regex(cells.filter(fits), pattern)
    year, month, day, h, minute, s = (_whole(pc.struct_field(parts, name)) for name in ("y", "m", "d", "h", "min", "s"))
    is_month = (month >= 1) & (month <= 12)
    first = (year - 1970).astype("datetime64[Y]").astype("datetime64[M]") + np.where(is_month, month - 1, 0)
    start = first.astype("datetime64[D]").astype(np.int64)
    n_days = (first + 1).astype("datetime64[D]").astype(np.int64) - start
    exists = is_month & (day >= 1) & (day <= n_days) & (h < 24) & (minute < 60) & (s < 61)
    days[rows] = np.where(exists, start + day - 1 + (h * 3600 + minute * 60 + s) / 86_400, np.nan)
    return days


def _whole(texts: Any) -> Array:
    """Return texts of digits as whole numbers (n,), 0 for empty ones."""
    import pyarrow as pa
    import pyarrow.compute as pc

    filled = pc.if_else(pc.fill_null(pc.equal(texts, ""), True), "0", texts)
    return np.asarray(filled.cast(pa.int64()).to_numpy(zero_copy_only=False))


def parts_of(days: Array) -> dict[str, Array]:
    """Return year, month (1 to 12) and weekday (1 is Monday) of days since 1970 (n,), nan where there is none."""
    is_known = np.isfinite(days)
    whole = np.floor(np.where(is_known, days, 0)).astype(np.int64).astype("datetime64[D]")
    months = whole.astype("datetime64[M]").astype(np.int64)
    values = {"year": 1970 + months // 12, "month": months % 12 + 1, "weekday": (whole.astype(np.int64) + 3) % 7 + 1}
    return {name: np.where(is_known, value, np.nan) for name, value in values.items()}
