"""How much memory a process may take: the system refuses more where it can (Linux), elsewhere a thread watches and ends it."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

STATUS = Path("/proc/self/status")
WATCH_S = 0.05
TOO_MUCH = 77  # exit code of a process that was ended by its own watch


def bound_memory(n_bytes: int) -> None:
    """Let this process take no more than so many bytes beyond what it holds now."""
    if STATUS.exists():
        refuse_more(n_bytes)
    else:
        most = most_held() + n_bytes
        threading.Thread(target=watch, args=(most,), name="lab-memory", daemon=True).start()


def refuse_more(n_bytes: int) -> None:
    """Have the system refuse what goes beyond: whoever asks gets an error, and can say so."""
    import resource

    held = next(int(line.split()[1]) * 1024 for line in STATUS.read_text().splitlines() if line.startswith("VmData"))
    resource.setrlimit(resource.RLIMIT_DATA, (held + n_bytes, held + n_bytes))


def watch(most: int) -> None:
    """End this process once it has held more than `most` bytes; between two looks it may take somewhat more."""
    while most_held() <= most:
        time.sleep(WATCH_S)
    os._exit(TOO_MUCH)


def most_held() -> int:
    """Return the most bytes of real memory that this process has held so far."""
    if sys.platform == "win32":
        return peak_on_windows()
    import resource

    unit = 1 if sys.platform == "darwin" else 1024  # macOS counts in bytes, others in kilobytes
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def peak_on_windows() -> int:
    """Return PeakWorkingSetSize of PROCESS_MEMORY_COUNTERS: two 32-bit numbers, then sizes, of which it is the first."""
    import ctypes

    class Counters(ctypes.Structure):
        _fields_ = (
            ("cb", ctypes.c_uint32), ("n_faults", ctypes.c_uint32), ("peak", ctypes.c_size_t), ("rest", ctypes.c_size_t * 7),
        )  # fmt: skip

    counters = Counters(cb=ctypes.sizeof(Counters))
    kernel = ctypes.WinDLL("kernel32", use_last_error=True)  # type: ignore[attr-defined]
    kernel.GetCurrentProcess.restype = ctypes.c_void_p
    kernel.K32GetProcessMemoryInfo.argtypes = (ctypes.c_void_p, ctypes.POINTER(Counters), ctypes.c_uint32)
    if not kernel.K32GetProcessMemoryInfo(kernel.GetCurrentProcess(), ctypes.byref(counters), counters.cb):
        return 0
    return int(counters.peak)
