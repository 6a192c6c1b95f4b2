"""ASGI entry: the pages and, beside them, the stream of every job. Start it with `streamlit run app.py`."""

import gc

import streamlit as st

import core  # noqa: F401  (loads torch once, at the start, and sets its number of threads)
from core.runtime.routes import ROUTES

app = st.App("pages/main.py", routes=ROUTES)

# What is loaded by now stays for good: keep it out of Streamlit's full garbage collection after every rerun.
gc.freeze()
