"""ASGI entry: the pages and, beside them, the stream of every job. Start it with `streamlit run app.py`."""

import gc

import streamlit as st

from core.engine.threads import use_one_thread
from core.runtime.routes import ROUTES

use_one_thread()
app = st.App("pages/main.py", routes=ROUTES)

# What is loaded by now stays for good: keep it out of Streamlit's full garbage collection after every rerun.
gc.freeze()
