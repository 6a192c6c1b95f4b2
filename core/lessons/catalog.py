"""The lessons in the order in which they are offered, by key."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from core.lessons import gap
from core.lessons.lesson import Lesson

LESSONS: Mapping[str, Lesson] = MappingProxyType({module.LESSON.key: module.LESSON for module in (gap,)})
