"""What one client can ask for at most: floods of commands, of messages, and of answers that nobody reads."""

import socket
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from typing import Any

import numpy as np
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from core.live.study import live_study
from core.stream.commands import Command, Frames, Pause, Request, Reseed, Reset, Run, Step, Stop
from core.stream.job import Job, Steps
from core.stream.mailbox import Mailbox
from core.stream.pace import BURST, PER_SECOND, Pace
from core.stream.scheduler import Scheduler
from core.stream.snapshot import Snapshot
from tests.core.stream.sockets import ask, open_stream, receive
from tests.core.stream.studies import TIMEOUT_S, counting, failing

PIECE = np.zeros(64_000, dtype=np.float32)


def read_all(*commands: Command) -> list[Command]:
    mailbox = Mailbox()
    for command in commands:
        mailbox.put(command)
    return mailbox.take()


@pytest.mark.parametrize("command", [Reset(), Run(), Pause(), Stop()])
def test_the_same_command_again_and_again_is_one(command: Command) -> None:
    assert read_all(*[command] * 250) == [command]


def test_each_step_is_an_epoch_and_of_new_starts_the_last_counts() -> None:
    assert len(read_all(*[Step()] * 5)) == 5
    assert read_all(*(Reseed(seed=i) for i in range(250))) == [Reseed(seed=249)]
    assert len(read_all(Reset(), Run(), Reset(), Run())) == 4


class Slow:
    """A run each of whose commands takes longer than a slice."""

    state, is_changed, rest_s, holds_lock = "paused", False, 0.0, True

    def __init__(self) -> None:
        self.n_obeyed = 0

    def answer(self, request: Request) -> None:
        pass

    def settle(self) -> bool:
        return True

    def obey(self, command: Command) -> None:
        self.n_obeyed += 1
        began = time.perf_counter()
        while time.perf_counter() < began + 0.002:
            pass

    def train_for(self, seconds: float) -> None:
        pass

    def snapshot(self) -> Snapshot:
        return Snapshot(1, {}, {})


def test_commands_that_cost_are_bounded_by_the_slice() -> None:
    """250 resets, each followed by a run, take many slices, with turns of the others in between."""
    run = Slow()
    job = Job(live_study(lambda: run))
    job.mailbox.slice_s = 0.01
    for _ in range(100):
        job.mailbox.put(Reset())
        job.mailbox.put(Run())
    counts = []
    while len(job.mailbox):
        before = run.n_obeyed
        job.run_slice()
        counts.append(run.n_obeyed - before)
    assert sum(counts) == 200 and max(counts) <= 6


def test_the_pace_allows_a_burst_then_a_steady_stream() -> None:
    now = [0.0]
    pace = Pace(clock=lambda: now[0])
    assert all(pace.delay() == 0 for _ in range(int(BURST)))
    for _ in range(500):
        now[0] += pace.delay()
    assert now[0] == pytest.approx(500 / PER_SECOND, rel=0.05)
    now[0] += 1000
    assert pace.delay() == 0


def test_a_flood_of_messages_is_read_no_faster_than_the_pace(host: str, routed_scheduler: Scheduler) -> None:
    job = routed_scheduler.submit(counting, "a")
    n_read, send = [0], job.send

    def count(command: Command) -> None:
        n_read[0] += 1
        send(command)

    job.send = count  # type: ignore[method-assign]
    began = time.monotonic()
    with open_stream(host, job.id) as stream:

        def flood() -> None:
            with suppress(ConnectionClosed):
                for _ in range(3000):
                    ask(stream, type="set", name="l2", value=0.1)

        thread = threading.Thread(target=flood, daemon=True)
        thread.start()
        other = routed_scheduler.submit(counting, "b")
        with open_stream(host, other.id) as second:
            other.send(Run())
            version = -1
            while n_read[0] < BURST + 20:
                ask(second, type="ready", version=version)
                version = receive(second).version
        assert n_read[0] <= BURST + PER_SECOND * (time.monotonic() - began) + 1
    thread.join(TIMEOUT_S)


def test_commands_to_a_failed_run_are_answered_and_never_end_the_line(host: str, routed_scheduler: Scheduler) -> None:
    job = routed_scheduler.submit(failing, "a")
    assert job.wait(1, TIMEOUT_S) is not None
    with open_stream(host, job.id) as stream:
        for _ in range(20):
            ask(stream, type="run")
            assert "no rows left" in str(stream.recv(TIMEOUT_S))
        ask(stream, type="ready", version=-1)
        assert receive(stream).meta["state"] == "failed"


def endless(mailbox: Mailbox) -> Steps:
    """Offer a thousand pieces of moments, a quarter of a megabyte each."""
    mailbox.is_idle = True
    mailbox.answer = piece
    yield Snapshot(1, {}, {})
    while True:
        mailbox.take()
        yield None


def piece(request: Request) -> Snapshot:
    assert isinstance(request, Frames)
    return Snapshot(request.after + 1, {"frames": [], "has_more": request.after < 1000}, {"x": PIECE}, "frames")


def open_deaf(host: str, job_id: str) -> Any:
    """Open a stream whose end never reads what comes."""
    name, port = host.split(":")
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.connect((name, int(port)))
    return connect(
        f"ws://{host}/lab/jobs/{job_id}/stream", sock=line, max_queue=1, ping_interval=None, close_timeout=0.1,
        compression=None, proxy=None,
        additional_headers={"Origin": f"http://{host}"},
    )  # fmt: skip


def until_still(count: Callable[[], int]) -> int:
    """Return a count that has not changed for a third of a second."""
    seen, since, deadline = count(), time.monotonic(), time.monotonic() + TIMEOUT_S
    while time.monotonic() < since + 0.3:
        assert time.monotonic() < deadline, "it goes on and on"
        time.sleep(0.01)
        if (now := count()) != seen:
            seen, since = now, time.monotonic()
    return seen


def test_who_asks_for_moments_and_never_reads_holds_little(host: str, routed_scheduler: Scheduler) -> None:
    job = routed_scheduler.submit(endless, "a")
    assert job.wait(0, TIMEOUT_S) is not None
    n_made = [0]

    def count(request: Request) -> Snapshot:
        n_made[0] += 1
        return piece(request)

    job.mailbox.answer = count
    with ExitStack() as lines:
        for _ in range(5):
            stream = lines.enter_context(open_deaf(host, job.id))
            for _ in range(10):
                ask(stream, type="frames", after=-1)
        assert until_still(lambda: n_made[0]) < 5 * 40
