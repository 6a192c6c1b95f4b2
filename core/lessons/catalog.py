"""The lessons in the order in which they are offered, by key."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from core.lessons import bias, closing, descent, dial, gap, labels, live_l2, ranking, winner, zeros
from core.lessons.lesson import Lesson

MODULES = (gap, closing, labels, live_l2, zeros, dial, winner, ranking, bias, descent)
LESSONS: Mapping[str, Lesson] = MappingProxyType({module.LESSON.key: module.LESSON for module in MODULES})
