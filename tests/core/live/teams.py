"""A team of threads of this process: the real work from bytes to bytes, and faults on demand."""

import threading
from concurrent.futures import Future, ThreadPoolExecutor

from core.studies.base.rounds import Bench


class ThreadTeam:
    """Places that are threads, each with a bench of its own. fail: called with (place, number of its round), may raise or wait."""

    one, several = "process", "processes"

    def __init__(self, n_places=2, fail=lambda place, n: None):
        self.n_places, self.fail, self.is_gone = n_places, fail, False
        self.n_asked, self.restarted, self.sent = [0] * n_places, [], []
        self._lock = threading.Lock()
        self.benches = [Bench() for _ in range(n_places)]
        self.threads = [ThreadPoolExecutor(1) for _ in range(n_places)]

    def counted(self, n):
        return f"{n} process{'es' if n > 1 else ''}"

    def call(self):
        pass

    def ready(self):
        return list(range(self.n_places))

    def submit(self, place, content):
        if self.is_gone:
            gone: Future[bytes] = Future()
            gone.set_exception(RuntimeError("gone"))
            return gone
        self.sent.append(len(content))
        return self.threads[place].submit(self._do, place, self.benches[place], content)

    def _do(self, place, bench, content):
        with self._lock:
            self.n_asked[place] += 1
            n = self.n_asked[place]
        self.fail(place, n)
        return bench.answer(content)

    def restart(self, place, since):
        self.restarted.append(place)
        self.benches[place], self.threads[place] = Bench(), ThreadPoolExecutor(1)

    def end(self):
        for thread in self.threads:
            thread.shutdown(cancel_futures=True)
