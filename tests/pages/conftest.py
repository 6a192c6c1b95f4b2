"""What holds for all tests of pages."""

from collections.abc import Iterator
from functools import cache

import pytest
from streamlit.components.v2 import manifest_scanner

from pages.shared import jobs


@pytest.fixture(scope="session", autouse=True)
def one_scan() -> Iterator[None]:
    """Look through the installed packages for components once: Streamlit does for each page, which takes most of its opening."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests))
        yield


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for first snapshots however busy the machine is: under AppTest no line asks again by itself."""
    monkeypatch.setattr(jobs, "FIRST_SNAPSHOT_S", 60.0)
