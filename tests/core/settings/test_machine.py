"""Cores and workers: what a container's quota and the server's configuration say."""

import pytest

from core.settings.machine import DEVICE, WORKERS, count_cores, count_workers, quota, studies_device


def test_quota_of_version_2_is_the_smallest_on_the_way_up(tmp_path):
    own = tmp_path / "own"
    own.write_text("12:cpuset:/x\n0::/a/b\n")
    groups = tmp_path / "cgroup"
    (groups / "a" / "b").mkdir(parents=True)
    assert quota(groups, own) == float("inf")
    (groups / "a" / "b" / "cpu.max").write_text("max 100000\n")
    assert quota(groups, own) == float("inf")
    (groups / "a" / "cpu.max").write_text("250000 100000\n")
    assert quota(groups, own) == 2.5
    (groups / "cpu.max").write_text("150000 100000\n")
    assert quota(groups, own) == 1.5


def test_quota_of_version_1(tmp_path):
    own = tmp_path / "own"
    own.write_text("4:cpu,cpuacct:/\n")
    (tmp_path / "cpu").mkdir()
    for told, cores in (("-1", float("inf")), ("400000", 4.0)):
        (tmp_path / "cpu" / "cpu.cfs_quota_us").write_text(told)
        (tmp_path / "cpu" / "cpu.cfs_period_us").write_text("100000")
        assert quota(tmp_path, own) == cores


def test_there_is_no_quota_where_nobody_tells_one(tmp_path):
    assert quota(tmp_path, tmp_path / "none") == float("inf")


@pytest.mark.parametrize(("told", "n"), [("0", 0), ("3", 3), (" 16 ", 16)])
def test_the_number_of_workers_is_what_the_server_is_told(monkeypatch, told, n):
    monkeypatch.setenv(WORKERS, told)
    assert count_workers() == n


@pytest.mark.parametrize("told", ["-1", "two", "1.5", "²", "100000"])
def test_a_wrong_number_of_workers_is_told_so(monkeypatch, told):
    monkeypatch.setenv(WORKERS, told)
    with pytest.raises(ValueError, match="OVERFIT_LAB_WORKERS: expected a whole number from 0 to 1024, received"):
        count_workers()


@pytest.mark.parametrize(("cores", "n"), [(1, 0), (2, 2), (8, 8)])
def test_by_default_all_cores_are_used_and_a_single_one_is_not_shared_out(monkeypatch, cores, n):
    monkeypatch.delenv(WORKERS, raising=False)
    monkeypatch.setattr("core.settings.machine.count_cores", lambda: cores)
    assert count_workers() == n


def test_there_is_a_core():
    assert count_cores() >= 1


def test_studies_are_trained_on_the_processor_unless_the_server_is_told_another_device(monkeypatch):
    monkeypatch.delenv(DEVICE, raising=False)
    assert studies_device() == "cpu"
    monkeypatch.setenv(DEVICE, " cuda:1 ")
    assert studies_device() == "cuda:1"
