"""What a session keeps with its jobs, so that a reload of the page finds it with them."""

from streamlit.testing.v1 import AppTest

from core.stream.scheduler import get_scheduler


def session(job_id=None, key="a"):
    """Run a page that finds the job of `key`, or takes over that of an id, and return its session."""

    def script(job_id, key):
        from functools import partial

        import streamlit as st

        from core import Experiment
        from core.data import load_split
        from core.live.playground.run import playground_run, playground_work
        from pages.shared import jobs

        experiment = Experiment(network={"hidden_sizes": [2]})
        make_run = partial(playground_run, experiment, load_split(experiment.data))
        jobs.find("study", key, make_run, playground_work(experiment))
        if job_id is not None:
            jobs.adopt("study", job_id, key)
        st.session_state["job"], st.session_state["kept"] = jobs.own("study"), jobs.notes()
        st.session_state["failure"] = jobs.failure("study")

    page = AppTest.from_function(script, args=(job_id, key))
    page.run()
    assert not page.exception
    return page


def test_a_reload_finds_with_the_job_what_was_kept_beside_it():
    before = session()
    before.session_state["kept"]["looks"] = 1
    after = session()
    fresh = after.session_state["job"]
    assert after.session_state["kept"] == {} and fresh is not before.session_state["job"]
    after = session(before.session_state["job"].id)
    assert after.session_state["job"] is before.session_state["job"]
    assert after.session_state["kept"] == {"looks": 1}
    for job in (fresh, after.session_state["job"]):
        get_scheduler().drop(job)


def test_two_tabs_with_one_job_do_not_end_each_others_next_ones():
    one = session()
    shared = one.session_state["job"]
    other = session(shared.id)
    other.args = (None, "b")
    other.run()
    one.run()
    jobs = [page.session_state["job"] for page in (one, other)]
    assert shared.is_closed and not any(job.is_closed for job in jobs)
    for job in jobs:
        get_scheduler().drop(job)


def test_a_job_of_other_settings_is_not_taken_over():
    before = session()
    after = session(before.session_state["job"].id, "b")
    jobs = [page.session_state["job"] for page in (before, after)]
    assert jobs[0] is not jobs[1] and not any(job.is_closed for job in jobs)
    for job in jobs:
        get_scheduler().drop(job)


def test_the_next_job_of_a_session_carries_on_what_is_kept():
    page = session()
    first = page.session_state["job"]
    page.session_state["kept"]["looks"] = 2
    page.args = (None, "b")
    page.run()
    second = page.session_state["job"]
    assert second is not first and first.is_closed
    again = session(second.id, "b")
    assert again.session_state["kept"] == {"looks": 2}
    get_scheduler().drop(second)


def test_what_stopped_on_an_error_is_begun_anew_and_the_error_told():
    page = session()
    first = page.session_state["job"]
    page.run()
    assert page.session_state["job"] is first and page.session_state["failure"] is None
    first._fail(ValueError("no rows left"))
    page.run()
    second = page.session_state["job"]
    assert second is not first and first.is_closed and second.error is None
    assert "no rows left" in page.session_state["failure"]
    page.run()
    assert page.session_state["job"] is second  # once, not at every rerun
    page.args = (None, "b")
    page.run()
    assert page.session_state["failure"] is None  # of other settings
    get_scheduler().drop(page.session_state["job"])


def test_a_reload_does_not_find_what_stopped_on_an_error_but_its_error():
    before = session()
    failed = before.session_state["job"]
    failed._fail(ValueError("no rows left"))
    after = session(failed.id)
    assert after.session_state["job"] is not failed and after.session_state["job"].error is None
    assert failed.is_closed  # the tab, which still follows it, is told to go on with the new one
    assert "no rows left" in after.session_state["failure"]
    get_scheduler().drop(after.session_state["job"])
