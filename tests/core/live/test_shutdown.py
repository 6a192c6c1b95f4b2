"""Ctrl-C while runs train: the server ends, and nothing aborts."""

import signal
import subprocess
import sys

from tests.core.stream.studies import TIMEOUT_S


def test_an_interrupted_server_ends_without_an_abort() -> None:
    command = [sys.executable, "-m", "tests.core.live.interrupted", "0"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert server.stdout is not None
    try:
        said = iter(server.stdout.readline, "")
        assert any("running on" in line for line in said)
        server.send_signal(signal.SIGINT)
        rest = "".join(said)
        assert server.wait(TIMEOUT_S) in (0, 1, 130, -signal.SIGINT), rest
        assert "terminate" not in rest and "Abort" not in rest and "Fatal" not in rest
    finally:
        server.kill()
        server.wait()
        server.stdout.close()
