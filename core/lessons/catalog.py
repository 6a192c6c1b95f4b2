"""The lessons in the order in which they are offered, by key."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from core.lessons import closing, dial, gap, labels, live_l2, zeros
from core.lessons.lesson import Lesson

MODULES = (gap, closing, labels, live_l2, zeros, dial)
LESSONS: Mapping[str, Lesson] = MappingProxyType({module.LESSON.key: module.LESSON for module in MODULES})
