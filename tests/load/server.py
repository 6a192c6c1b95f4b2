"""A server of the app in a process of its own, and what it uses. Read next: `person.py`."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

ROOT = Path(__file__).parents[2]


class Usage(NamedTuple):
    """Resident memory in MB, processor time in s, open files."""

    rss_mb: float
    cpu_s: float
    n_files: int


class Server:
    """`streamlit run app.py` on a port that the system chooses, from entering to leaving a `with` block.

    environment: variables that it is told besides those of this process.
    """

    def __init__(self, **environment: str) -> None:
        self.environment = environment

    def __enter__(self) -> Server:
        command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true"]
        command += ["--server.port=0", "--server.address=127.0.0.1"]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env={**os.environ, **self.environment},
        )  # fmt: skip
        assert self.process.stdout is not None
        for line in iter(self.process.stdout.readline, ""):
            if found := re.search(r"URL: http://[\w.]+:(\d+)", line):
                self.host = f"127.0.0.1:{found[1]}"
                with urllib.request.urlopen(f"http://{self.host}/_stcore/health"):
                    return self
        raise RuntimeError("the server ended before it was ready")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()

    def usage(self) -> Usage:
        """Return what the server uses now. Linux only."""
        process = Path(f"/proc/{self.process.pid}")
        found = re.search(r"VmRSS:\s+(\d+)", (process / "status").read_text())
        fields = (process / "stat").read_text().rsplit(")", 1)[1].split()
        ticks = int(fields[11]) + int(fields[12])
        return Usage(
            int(found[1]) / 1024 if found else 0.0, ticks / os.sysconf("SC_CLK_TCK"), len(os.listdir(process / "fd"))
        )
