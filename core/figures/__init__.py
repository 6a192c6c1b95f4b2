"""Figures: pure functions from arrays to Plotly figures.

Read `theme` first, then `losses`, then the room of a study.
"""
