"""The navigation: every page of the app is named here."""

from pathlib import Path

import streamlit as st

ASSETS = Path(__file__).resolve().parents[1] / "assets"

st.set_page_config(page_title="Overfit Lab", page_icon=str(ASSETS / "favicon.svg"), layout="wide")
st.logo(str(ASSETS / "logo.svg"))
st.navigation([st.Page("playground.py", title="Playground", default=True)], position="top").run()
