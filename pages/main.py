"""The navigation: every page of the app is named here."""

from pathlib import Path

import streamlit as st

from pages.shared.steady import STYLE as STEADY

ASSETS = Path(__file__).resolve().parents[1] / "assets"

st.logo(str(ASSETS / "logo.svg"))
# Three charts side by side, and the sidebar's first settings, must fit a laptop: less air than Streamlit leaves.
STYLE = """<style>
[data-testid=stMainBlockContainer] {padding: 3.9rem 1rem calc(1rem + var(--lab-dock, 0px))}
[data-testid=stMain] {scroll-padding-bottom: var(--lab-dock, 0px)}
[data-testid=stSidebarUserContent] [data-testid=stVerticalBlock] {gap: 0.5rem}
[data-testid=stSidebarUserContent] [data-testid=stCaptionContainer] p {line-height: 1.35}
[data-testid=stCaptionContainer] {color: inherit; opacity: 0.8}
[data-testid=stMarkdownContainer] .katex {font-size: 1.08em}
</style>"""
st.html(STYLE)
st.html(STEADY)
PAGES = [
    st.Page("playground.py", title="Playground", default=True),
    st.Page("lessons.py", title="Lessons", url_path="lessons"),
    st.Page("path.py", title="λ path", url_path="path"),
    st.Page("cv.py", title="Cross-validation", url_path="cv"),
    st.Page("compare.py", title="Compare", url_path="compare"),
    st.Page("remedies.py", title="Remedies", url_path="remedies"),
    st.Page("features.py", title="Features", url_path="features"),
    st.Page("bias_variance.py", title="Bias & variance", url_path="bias_variance"),
    st.Page("double_descent.py", title="Double descent", url_path="double_descent"),
    st.Page("peeking.py", title="Peeking", url_path="peeking"),
    st.Page("data.py", title="Own data", url_path="data"),
]
page = st.navigation(PAGES, position="top")
st.set_page_config(
    page_title=f"{page.title} · Overfit Lab", page_icon=str(ASSETS / "favicon.svg"), layout="wide",
    initial_sidebar_state="collapsed" if page.title == "Playground" else "auto",
)  # fmt: skip
page.run()
