"""What the machine lends this program: cores, and how many processes of its own the server may use for studies."""

from __future__ import annotations

import os
from pathlib import Path

from core.settings.words import written
from core.words import say

CGROUPS = Path("/sys/fs/cgroup")  # where Linux tells a container what it may have
OWN_GROUPS = Path("/proc/self/cgroup")
WORKERS, CLUSTER, DEVICE = "OVERFIT_LAB_WORKERS", "OVERFIT_LAB_CLUSTER", "OVERFIT_LAB_DEVICE"
METRICS = "OVERFIT_LAB_METRICS"
MOST_WORKERS = 1024


def count_cores() -> int:
    """Return the number of cores this process may use, one at least: those it may run on, and no more than its quota."""
    own = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, int(min(own, quota())))


def quota(groups: Path = CGROUPS, own_groups: Path = OWN_GROUPS) -> float:
    """Return how many cores the control groups of a container grant, `inf` where they set no limit or there are none.

    Version 2 says "quota period" in cpu.max of the process's group and of each one above it, the smallest counts; version 1
    in cpu.cfs_quota_us and cpu.cfs_period_us.
    """
    try:
        lines = own_groups.read_text().splitlines()
    except OSError:
        return float("inf")
    own = next((line.split(":", 2)[2] for line in lines if line.startswith("0::")), "/")
    group = groups / own.strip("/")
    places = [group, *(parent for parent in group.parents if parent.is_relative_to(groups))]
    found = [cores_of(words.split()) for place in places if (words := text_of(place / "cpu.max"))]
    old = groups / "cpu"
    words_of_old = [text_of(old / f"cpu.cfs_{name}_us").strip() for name in ("quota", "period")]
    return min([*found, cores_of(words_of_old)])


def cores_of(words: list[str]) -> float:
    """Return quota / period, inf where there is no limit: "max", or -1 in version 1."""
    is_limit = len(words) == 2 and words[0].isdigit() and words[1].isdigit() and int(words[1]) > 0
    return int(words[0]) / int(words[1]) if is_limit else float("inf")


def text_of(path: Path) -> str:
    """Return what a file says, "" where there is none."""
    try:
        return path.read_text()
    except OSError:
        return ""


def count_workers() -> int:
    """Return how many processes may train pieces of studies side by side: OVERFIT_LAB_WORKERS, by default all cores.

    0 is none: everything in the one thread of the server. A single core has nothing to share out. Raises ValueError for
    anything but a whole number.
    """
    told = os.environ.get(WORKERS, "").strip()
    if not told:
        return n_cores if (n_cores := count_cores()) > 1 else 0
    if not (told.isascii() and told.isdigit()) or int(told) > MOST_WORKERS:
        raise ValueError(
            say(
                "{workers}: expected a whole number from 0 to {most_workers}, received {told}",
                workers=WORKERS,
                most_workers=MOST_WORKERS,
                told=written(told),
            )
        )
    return int(told)


def cluster_address() -> str:
    """Return the address of the scheduler to which pieces of studies go, OVERFIT_LAB_CLUSTER; "" where there is none."""
    return os.environ.get(CLUSTER, "").strip()


def studies_device() -> str:
    """Return the name of the device that the server's studies are trained on, OVERFIT_LAB_DEVICE; "cpu" where it is not set."""
    return os.environ.get(DEVICE, "").strip() or "cpu"


def shows_metrics() -> bool:
    """Return whether anybody may read the server's counts of sessions and memory (`/_stcore/metrics`): OVERFIT_LAB_METRICS=1."""
    return os.environ.get(METRICS, "").strip() == "1"
