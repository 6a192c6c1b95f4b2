"""The navigation: every page of the app is named here."""

from pathlib import Path

import streamlit as st

from pages.shared.experiment import URL_PATH
from pages.shared.language import take_language, tr
from pages.shared.steady import STYLE as STEADY

ASSETS = Path(__file__).resolve().parents[1] / "assets"

take_language()
st.logo(str(ASSETS / "logo.svg"))
# Three charts side by side, and the sidebar's first settings, must fit a laptop: less air than Streamlit leaves.
STYLE = """<style>
[data-testid=stMainBlockContainer] {padding: 3.9rem 1rem calc(1rem + var(--lab-dock, 0px))}
@media (max-height: 560px) {
  [data-testid=stMainBlockContainer] {padding-top: 3.2rem}
  header[data-testid=stHeader], [data-testid=stToolbar] {height: 3rem; min-height: 3rem}
}
[data-testid=stMain] {scroll-padding-bottom: var(--lab-dock, 0px)}
[data-testid=stSidebarUserContent] [data-testid=stVerticalBlock] {gap: 0.5rem}
[data-testid=stSidebarUserContent] [data-testid=stCaptionContainer] p {line-height: 1.35}
[data-testid=stCaptionContainer] {color: inherit; opacity: 0.8}
[data-testid=stBaseButton-primary]:enabled *, [data-testid=stBaseLinkButton-primary] * {color: light-dark(#fff, #12161b)}
[data-testid=stMarkdownContainer] .katex {font-size: 1.08em}
@media (pointer: coarse) {[data-testid=stMain] :is([data-testid=stRadio] label, [data-testid=stCheckbox] label) {
  min-height: 2.75rem; align-items: center}}
</style>"""
st.html(STYLE)
st.html(STEADY)
PAGES = [
    st.Page("playground.py", title=tr("Playground"), default=True),
    st.Page("lessons.py", title=tr("Lessons"), url_path="lessons"),
    st.Page("path.py", title=tr("λ path"), url_path="path"),
    st.Page("cv.py", title=tr("Cross-validation"), url_path="cv"),
    st.Page("compare.py", title=tr("Compare"), url_path="compare"),
    st.Page("remedies.py", title=tr("Remedies"), url_path="remedies"),
    st.Page("features.py", title=tr("Features"), url_path="features"),
    st.Page("bias_variance.py", title=tr("Bias & variance"), url_path="bias_variance"),
    st.Page("double_descent.py", title=tr("Double descent"), url_path="double_descent"),
    st.Page("peeking.py", title=tr("Peeking"), url_path="peeking"),
    st.Page("data.py", title=tr("Own data"), url_path="data"),
    st.Page("answers.py", title=tr("Answers"), url_path="answers"),
]
page = st.navigation(PAGES, position="top")
st.session_state[URL_PATH] = page.url_path
st.set_page_config(
    page_title=tr("{title} · Overfit Lab", title=page.title), page_icon=str(ASSETS / "favicon.svg"), layout="wide",
    initial_sidebar_state="collapsed" if page.url_path == "" else "auto",
)  # fmt: skip
page.run()
