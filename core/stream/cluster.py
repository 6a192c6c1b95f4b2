"""A team on a cluster of Dask's: the same work from bytes to bytes, done by the workers of other machines.

OVERFIT_LAB_CLUSTER names the scheduler; Dask's own configuration (DASK_DISTRIBUTED__COMM__TLS__…) says how the line is secured.
Each place is a worker by its address, and what is sent there stays there: Dask tries nothing again by itself, so that a
piece that kills its worker does not walk through the cluster. Needs `pip install -r requirements-cluster.txt`.
See `docs/cluster.md`. Read first: `team.py`.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from importlib import import_module
from typing import Any

from core.stream.team import Work
from core.words import say, say_n

LOOK_S = 0.5  # how often it is looked who is there
CONNECT_S = 10.0
AGAIN_S = 10.0  # a scheduler that is gone is looked for again after so long
MOST_MISSED = 3  # looks in vain before a scheduler that is connected counts as gone: it may be busy
MOST_PLACES = 256

log = logging.getLogger(__name__)


class ClusterTeam:
    """The workers behind a scheduler. A place that is lost is gone for good; a worker that comes is a new place."""

    one, several = say("worker of the cluster"), say("workers of the cluster")

    def __init__(self, address: str, prepare: Callable[[], None], work: Work) -> None:
        self.address, self._prepare, self._work = address, prepare, work
        self._client: Any = None
        self._workers: list[str] = []  # by the number of their place
        self._prepared: dict[str, Any] = {}
        self._there: set[str] = set()
        self._barred: set[str] = set()
        self._out: dict[Future[bytes], tuple[str, Any]] = {}
        self._is_called, self._n_missed = False, 0
        self._fault = ""
        self._lock = threading.Lock()

    # --- as a team ---

    def counted(self, n: int) -> str:
        """Return "2 workers of the cluster"."""
        return say_n("{n:,} worker of the cluster", "{n:,} workers of the cluster", n)

    @property
    def n_places(self) -> int:
        """Return how many workers there are."""
        return len(self._there)

    @property
    def is_gone(self) -> bool:
        """Return whether the scheduler cannot be reached, or has no worker; it is looked for again."""
        return bool(self._fault)

    @property
    def fault(self) -> str:
        """Return why nothing can be done there, "" where it can."""
        return self._fault

    def call(self) -> None:
        """Connect, and look after the cluster from then on."""
        with self._lock:
            is_called, self._is_called = self._is_called, True
        if not is_called:
            threading.Thread(target=self._live, name="lab-cluster", daemon=True).start()

    def ready(self) -> list[int]:
        """Return the places whose worker has loaded everything."""
        with self._lock:
            done = {name for name, future in self._prepared.items() if future.done() and future.status == "finished"}
            return [i for i, name in enumerate(self._workers) if name in self._there & done - self._barred][
                :MOST_PLACES
            ]

    def submit(self, place: int, content: bytes) -> Future[bytes]:
        """Have a worker do work."""
        result: Future[bytes] = Future()
        with self._lock:
            name, client = self._workers[place], self._client
            is_there = name in self._there and client is not None and not self._fault
        if not is_there:
            result.set_exception(ConnectionError("the worker is gone"))
            return result
        try:
            out = client.submit(self._work, content, workers=[name], allow_other_workers=False, pure=False, retries=0)
        except Exception as error:
            result.set_exception(ConnectionError(str(error)))
            return result
        with self._lock:
            self._out[result] = (name, out)
        out.add_done_callback(lambda done: self._give(result, done))
        return result

    def restart(self, place: int, since: float) -> None:
        """Give nothing more to a worker: it is gone, or hangs. What it still does is cancelled."""
        with self._lock:
            name = self._workers[place]
            self._barred.add(name)
            lost = [result for result, (at, _) in self._out.items() if at == name]
        for result in lost:
            self._fail(result, ConnectionError("the worker was given up"))

    def end(self) -> None:
        """Leave the cluster."""
        self._is_called = False
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            with suppress(Exception):
                client.close(timeout=1)

    # --- inside ---

    def _give(self, result: Future[bytes], done: Any) -> None:
        """Pass on what a worker has answered; Dask calls this from a thread of its own."""
        try:
            content = done.result(timeout=CONNECT_S)
        except (ValueError, TypeError, KeyError) as error:  # the work's own: elsewhere it would be the same
            self._fail(result, error)
            return
        except BaseException as error:
            self._fail(result, ConnectionError(f"{type(error).__name__}: {error}"))
            return
        with self._lock:
            self._out.pop(result, None)
        if not result.done():
            result.set_result(content)

    def _fail(self, result: Future[bytes], why: Exception) -> None:
        with self._lock:
            _, out = self._out.pop(result, ("", None))
        with suppress(Exception):  # somebody was quicker
            result.set_exception(why)
        if out is not None and not out.done():
            with suppress(Exception):
                out.cancel()

    def _live(self) -> None:
        """Connect, look who is there, and say so when the scheduler is gone; as long as the server lives."""
        while self._is_called:
            if self._client is None:
                self._connect()
            else:
                self._look()
            time.sleep(LOOK_S if not self._fault or self._client is not None else AGAIN_S)

    def _connect(self) -> None:
        try:
            client = import_module("distributed").Client(
                self.address, timeout=CONNECT_S, set_as_default=False, name="overfit-lab"
            )
        except ModuleNotFoundError:
            self._fault = "Dask is not installed on the server: pip install -r requirements-cluster.txt"
        except Exception as error:
            self._fault = f"no scheduler answers at {self.address} ({type(error).__name__})"
        else:
            with self._lock:
                self._client, self._fault = client, ""
                self._workers, self._prepared, self._there, self._barred = [], {}, set(), set()
            return
        log.warning("cluster: %s", self._fault)

    def _look(self) -> None:
        """Note which workers are there; what was with one that has gone is lost."""
        client = self._client
        try:
            if client.status != "running":
                raise ConnectionError(client.status)
            found = set(client.sync(client.scheduler.identity, n_workers=-1, callback_timeout=CONNECT_S)["workers"])
        except Exception as error:
            self._n_missed += 1
            if client.status != "running" or self._n_missed >= MOST_MISSED:
                self._lose_all(f"the scheduler at {self.address} is gone ({type(error).__name__})")
            return
        self._n_missed = 0
        for name in sorted(found - set(self._workers)):
            self._prepared[name] = client.submit(
                prepare_worker, self._prepare, workers=[name], allow_other_workers=False, pure=False
            )
            with self._lock:
                self._workers.append(name)
        with self._lock:
            self._there = found
            self._fault = "" if found - self._barred else "the cluster has no worker"
            lost = [result for result, (name, _) in self._out.items() if name not in found]
        for result in lost:
            self._fail(result, ConnectionError("the worker is gone"))

    def _lose_all(self, why: str) -> None:
        log.warning("cluster: %s", why)
        with self._lock:
            client, self._client = self._client, None
            self._fault, self._there = why, set()
            lost = list(self._out)
        for result in lost:
            self._fail(result, ConnectionError(why))
        threading.Thread(target=close_quietly, args=(client,), daemon=True).start()


def prepare_worker(prepare: Callable[[], None]) -> None:
    """Make a worker of the cluster ready."""
    prepare()


def close_quietly(client: Any) -> None:
    """Close a client whose scheduler may be gone."""
    with suppress(Exception):
        client.close(timeout=1)
