"""A server with runs at work, for `test_shutdown.py` to interrupt: `python -m tests.core.live.interrupted PORT`."""

import sys

import uvicorn
from starlette.applications import Starlette

from core import Experiment
from core.data import load_split
from core.live.playground.run import playground_run
from core.live.study import live_study
from core.stream.commands import Run
from core.stream.routes import ROUTES
from core.stream.scheduler import get_scheduler

EXPERIMENT = Experiment(
    data={"name": "digits"}, network={"hidden_sizes": [256, 256]}, training={"n_epochs": 1_000_000, "batch_size": 256}
)


def main() -> None:
    split = load_split(EXPERIMENT.data)
    jobs = [get_scheduler().submit(live_study(lambda: playground_run(EXPERIMENT, split)), str(i)) for i in range(3)]
    for job in jobs:
        job.send(Run())
        job.wait(1)
    print("training", flush=True)
    uvicorn.run(Starlette(routes=ROUTES), port=int(sys.argv[1]), log_level="info", lifespan="off")


main()
