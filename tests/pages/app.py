"""Pages under AppTest: opened by a link, run without an exception, with the session's experiment and jobs at hand."""

from collections.abc import Mapping
from pathlib import Path

from streamlit.testing.v1 import AppTest

from core import Experiment
from core.runtime.job import Job
from core.runtime.scheduler import get_scheduler

MAIN = Path(__file__).resolve().parents[2] / "pages" / "main.py"


def open_link(script: str, query: Mapping[str, str]) -> AppTest:
    """Open the page of a script with these URL parameters."""
    page = AppTest.from_file(str(MAIN), default_timeout=60)
    page.switch_page(script)
    for name, value in query.items():
        page.query_params[name] = value
    return run(page)


def run(page: AppTest) -> AppTest:
    """Rerun a page, which must not fail."""
    page.run()
    assert not page.exception
    return page


def now(page: AppTest) -> Experiment:
    """Return the session's experiment."""
    return page.session_state["lab.experiment"]


def job(page: AppTest, slot: str = "study") -> Job:
    """Return the session's job."""
    return get_scheduler().find(page.session_state[f"lab.{slot}.job"])
