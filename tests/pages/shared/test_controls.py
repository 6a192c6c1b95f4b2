"""Two pages with the same controls share one experiment; nothing is lost on the way, and no echo of an old value comes back."""

from streamlit.testing.v1 import AppTest

from core import Experiment
from core.presets import START


def script():
    import streamlit as st

    from core.presets import START
    from pages.shared import experiment as shared
    from pages.shared.controls import show_controls

    shared.open_address(START)
    page = st.radio("page", ["playground", "path", "none"], key="page")
    if page != "none":
        show_controls(page)
    if st.button("other"):
        shared.change(n_train=200, activation="relu")
        st.rerun()
    shared.show_address()


def open_script():
    page = AppTest.from_function(script, default_timeout=60).run()
    assert not page.exception
    return page


def now(page):
    return page.session_state["lab.experiment"]


def test_pages_share_the_experiment_and_a_visit_elsewhere_loses_nothing():
    page = open_script()
    page.slider(key="playground.noise_std").set_value(0.7).run()
    page.selectbox(key="playground.optimizer").set_value("sgd").run()
    changed = START.replace(noise_std=0.7, optimizer="sgd")
    for name in ("none", "path", "playground", "none", "playground"):
        page.radio(key="page").set_value(name).run()
        assert now(page) == changed
        if name != "none":
            assert page.slider(key=f"{name}.noise_std").value == 0.7
            assert page.selectbox(key=f"{name}.optimizer").value == "sgd"
    assert Experiment.from_query(dict(page.query_params.items())) == (changed, [])


def test_a_change_by_the_program_replaces_the_widgets_it_concerns_and_no_others():
    page = open_script()
    old, other = page.selectbox(key="playground.n_train"), page.selectbox(key="playground.optimizer")
    page.button[0].click().run()
    assert now(page) == START.replace(n_train=200, activation="relu")
    assert page.selectbox(key="playground.n_train.1").value == "200"
    assert page.selectbox(key="playground.activation.1").value == "relu"
    assert page.selectbox(key="playground.n_train.1").id != old.id
    assert page.selectbox(key="playground.optimizer").id == other.id
    page.selectbox(key="playground.n_train.1").set_value("50").run()
    assert page.selectbox(key="playground.n_train.1").value == "50"
    assert now(page).data.n_train == 50


def test_what_the_browser_still_says_of_a_replaced_widget_is_not_heard():
    page = open_script()
    page.selectbox(key="playground.activation").set_value("gelu").run()
    stale = page.selectbox(key="playground.activation")._widget_state
    page.button[0].click().run()
    states = page._tree.get_widget_states()
    states.widgets.append(stale)
    page._run(states)
    assert not page.exception
    assert now(page).network.activation == "relu"
