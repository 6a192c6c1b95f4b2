"""What opening a page computes for its charts, in processor time: the first run of the page against its next one."""

import time
from collections.abc import Iterator
from statistics import median

from streamlit.runtime.scriptrunner.script_runner import ScriptRunner

from core.live import making
from tests.benchmarks.table import Row
from tests.pages.app import close, open_link, run
from tests.pages.shared.test_say import PAGES

N_OPENINGS, MOST_S = 5, 0.05


def rows() -> Iterator[Row]:
    """Yield one row per page: Streamlit's own part is in both runs, what is drawn once is in the first."""
    times: list[float] = []
    run_script = ScriptRunner._run_script

    def timed(self: ScriptRunner, rerun_data: object) -> None:
        began = time.thread_time()
        run_script(self, rerun_data)  # type: ignore[arg-type]
        times.append(time.thread_time() - began)

    ScriptRunner._run_script = timed  # type: ignore[method-assign,assignment]
    try:
        for script, experiment in PAGES.items():
            close(open_link(script, experiment.to_query()))  # imports
            firsts, nexts = [], []
            for seed in range(1, N_OPENINGS + 1):
                making.shared_split.cache_clear()
                page = open_link(script, experiment.replace(seed=seed).to_query())
                firsts.append(times[-1])
                run(page)
                nexts.append(times[-1])
                close(page)
            more_s = median(firsts) - median(nexts)
            yield Row(
                f"opening {script.removesuffix('.py')}: its own computation", f"{1e3 * median(firsts):.0f} ms",
                f"next run {1e3 * median(nexts):.0f} ms", f"{1e3 * more_s:.0f} ms more", f"≤ {1e3 * MOST_S:.0f} ms",
                more_s <= MOST_S,
            )  # fmt: skip
    finally:
        ScriptRunner._run_script = run_script  # type: ignore[method-assign]
