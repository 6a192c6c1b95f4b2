"""Answers: what people ask again and again about λ, L1, L2 and losses, each with a button that shows it live."""

import streamlit as st

from core.lessons.answers import ANSWERS, Answer
from core.words import say
from pages.shared import experiment as shared
from pages.shared.example import ASIDE
from pages.shared.language import tr, worded

# A formula that scrolls by a pixel would be a place for the keyboard to stop at.
STYLE = """<style>
.katex-display {overflow: visible !important; padding: 0.2rem 0}
@media (max-width: 640px) {.katex-display {font-size: 0.8em !important}}
</style>"""
INTRO = say(
    "What people bring with them from other tools. Each answer can be seen: its button opens the page that shows it."
)
SCRIPTS = {name: f"{name}.py" for name in ("playground", "path", "cv", "compare", "peeking", "double_descent")}


def show_answer(key: str, answer: Answer) -> None:
    """Show a question, its answer and the way to see it."""
    st.subheader(worded(answer.question), anchor=key.replace("_", "-"))
    st.markdown(f"**{worded(answer.short)}** {worded(answer.text)}")
    if answer.formula:
        st.latex(answer.formula)
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(tr("Show it live"), key=f"answers.{key}", icon=":material/play_arrow:", help=worded(answer.look)):
            st.session_state.pop(ASIDE, None)  # what was put aside on another page is not to come back over this
            shared.put(answer.experiment)
            shared.send_to(SCRIPTS[answer.page])
        st.caption(worded(answer.look))


shared.enter_page()
st.html(STYLE)
st.title(tr("Answers"), anchor=False)
st.markdown(worded(INTRO))
for key, answer in ANSWERS.items():
    with st.container(border=True, key=f"answers-{key}"):
        show_answer(key, answer)
