"""ASGI entry of the scrub tests: one page with a stage that scrubs 33 made-up states, over the real routes."""

import streamlit as st

from core.stream.routes import ROUTES
from pages.shared.server import MIDDLEWARE

app = st.App("scrub_page.py", routes=ROUTES, middleware=MIDDLEWARE)
