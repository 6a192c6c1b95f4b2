"""Pages under AppTest: opened by a link, run without an exception, with the session's experiment and jobs at hand."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args
from urllib.parse import parse_qsl

from streamlit.testing.v1 import AppTest

from core import Experiment
from core.stream.job import Job
from core.stream.scheduler import get_scheduler
from pages.shared.jobs import Slot
from pages.shared.say import JOINER

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


def said(element: Any) -> str:
    """Return a sentence of a page as it is read."""
    return re.sub(r"\\(.)", r"\1", element.value).replace(JOINER, "")


def now(page: AppTest) -> Experiment:
    """Return the session's experiment."""
    return page.session_state["lab.experiment"]


def address(page: AppTest) -> tuple[Experiment, list[str]]:
    """Return the experiment that the address bar names, and what in it cannot be used.

    The stage, if there is one, completes the address in the browser.
    """
    stages = page.get("bidi_component")
    shown = json.loads(stages[0].proto.json)["address"] if stages else ""
    return Experiment.from_query(dict(parse_qsl(shown[1:])) if shown else page.query_params)


def stage_data(page: AppTest) -> dict[str, Any]:
    """Return what the page's first stage receives."""
    return json.loads(page.get("bidi_component")[0].proto.json)  # type: ignore[no-any-return]


def names(page: AppTest) -> list[str]:
    """Return the names of the charts on the page's first stage."""
    return [figure["layout"]["meta"]["name"] for figure in stage_data(page)["figures"]]


def job(page: AppTest, slot: Slot = "study") -> Job | None:
    """Return the session's job, None where it has none."""
    key = f"lab.{slot}.job"
    return get_scheduler().find(page.session_state[key]) if key in page.session_state else None


def latest(page: AppTest) -> dict[str, Any]:
    """Return the facts of the study's newest snapshot."""
    return job(page).latest.meta


def close(page: AppTest) -> None:
    """End the session's jobs."""
    for found in filter(None, (job(page, slot) for slot in get_args(Slot))):
        get_scheduler().drop(found)
