"""From members to arrays and words, without Plotly: what figures, tables and files are filled from.

Read `arrays` and `looks` first, then the room of a study. A figure of the same name draws what is read here.
"""
