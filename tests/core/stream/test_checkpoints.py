"""The store of runs that were put away: whole files, bounded, of this user alone, and nothing that a name can lead astray."""

import os
import stat
from pathlib import Path

import numpy as np
import pytest

from core.stream import checkpoints
from core.stream.checkpoints import Checkpoints, get_checkpoints
from core.stream.snapshot import Snapshot

A, B, C = ("a" * 32, "b" * 32, "c" * 32)


def kept(n: int = 4, version: int = 3) -> Snapshot:
    return Snapshot(version, {"epoch": 7, "text": "λ"}, {"w": np.arange(n, dtype=np.float32)}, "kept")


@pytest.fixture
def clock():
    clock = [1_000_000.0]
    return clock


@pytest.fixture
def store(tmp_path: Path, clock):
    return Checkpoints(tmp_path / "runs", 50_000, 3600, lambda: clock[0])


def test_a_run_comes_back_as_it_was_also_from_another_process(store: Checkpoints) -> None:
    assert store.save(A, kept()) and store.save(A, kept(9, version=4))
    found = Checkpoints(store.folder, clock=store.clock).load(A)
    assert found is not None and (found.version, found.meta, found.kind) == (4, {"epoch": 7, "text": "λ"}, "kept")
    np.testing.assert_array_equal(found.arrays["w"], np.arange(9))
    assert [file.name for file in store.folder.iterdir()] == [f"{A}.run"]
    store.forget(A)
    assert store.load(A) is None


def test_only_this_user_may_look_into_the_folder(store: Checkpoints) -> None:
    assert stat.S_IMODE(store.folder.stat().st_mode) == 0o700


def test_the_oldest_go_first_when_there_is_too_much_or_they_are_too_old(store: Checkpoints, clock) -> None:
    for i, job in enumerate((A, B, C)):
        clock[0] += i
        store.save(job, kept(5_000))  # 20 kB each
    assert store.load(A) is None and store.load(B) and store.load(C)
    clock[0] += 3600
    assert store.load(B) is None, "too old, though it still lies there"
    store.save(A, kept())
    assert {file.name for file in store.folder.iterdir()} == {f"{A}.run", f"{C}.run"}


def test_a_full_store_is_not_looked_through_at_every_save(store: Checkpoints, clock, monkeypatch) -> None:
    looks: list[float] = []
    prune = Checkpoints._prune

    def count(self: Checkpoints) -> None:
        looks.append(self.clock())
        prune(self)

    monkeypatch.setattr(Checkpoints, "_prune", count)
    for i in range(200):
        clock[0] += 0.01
        assert store.save(f"{i:032d}", kept(250))  # about 1 kB each: the store is full after 45 of them
    assert len(looks) < 200 / 3
    assert sum(file.stat().st_size for file in store.folder.iterdir()) <= store.max_bytes


def test_what_is_too_large_or_cannot_be_written_is_not_kept(store: Checkpoints, monkeypatch) -> None:
    monkeypatch.setattr(checkpoints, "MAX_BYTES_EACH", 1000)
    assert not store.save(A, kept(5_000)) and store.load(A) is None
    os.rmdir(store.folder)
    assert not store.save(A, kept())


@pytest.mark.parametrize("name", ["", "../" + "a" * 30, "a" * 10, "a" * 99, "a" * 20 + "/b", "a" * 20 + "\0", "ä" * 20])
def test_a_name_leads_nowhere_else(store: Checkpoints, name: str) -> None:
    assert store.load(name) is None
    store.forget(name)
    with pytest.raises(ValueError, match="job_id"):
        store.save(name, kept())


@pytest.mark.parametrize("content", [b"", b"\x05\0\0\0{", b"\xff" * 40, b"\x02\0\0\0{}", b"\x10\0\0\0[1, 2, 3, 4, 5]"])
def test_a_file_that_cannot_be_read_is_as_good_as_none(store: Checkpoints, content: bytes, clock) -> None:
    (store.folder / f"{A}.run").write_bytes(content)
    os.utime(store.folder / f"{A}.run", (clock[0], clock[0]))
    assert store.load(A) is None


def test_the_store_of_a_process_is_named_or_off_by_the_environment(tmp_path: Path, monkeypatch) -> None:
    for named, expected in ((str(tmp_path / "mine"), tmp_path / "mine"), ("", None)):
        monkeypatch.setenv(checkpoints.FOLDER, named)
        get_checkpoints.cache_clear()
        store = get_checkpoints()
        assert (store.folder if store else None) == expected
    get_checkpoints.cache_clear()
