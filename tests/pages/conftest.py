"""What holds for all tests of pages."""

import pytest

from pages.shared import jobs


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for first snapshots however busy the machine is: under AppTest no line asks again by itself."""
    monkeypatch.setattr(jobs, "FIRST_SNAPSHOT_S", 60.0)
