"""ASGI entry: the gate, the pages and, beside them, the stream of every job. Start it with `streamlit run app.py`."""

import gc

import streamlit as st

from core.engine.threads import use_one_thread
from core.stream.routes import ROUTES
from pages.shared.recordings import RECORDINGS
from pages.shared.server import MIDDLEWARE, check_machine, keep_uploads_in_memory, lifespan, raise_file_limit

use_one_thread()
check_machine()
raise_file_limit()
keep_uploads_in_memory()
app = st.App("pages/main.py", routes=[*ROUTES, RECORDINGS], middleware=MIDDLEWARE, lifespan=lifespan)

# What is loaded by now stays for good: keep it out of Streamlit's full garbage collection after every rerun.
gc.freeze()
