"""Lessons: predict, run, see why. Each is data; its right answers are computed from what was measured. Read `lesson.py` first."""
