"""For every test of the sources: no host's window of calls outlives a test, since the system gives a loopback port out again."""

import pytest


@pytest.fixture(autouse=True)
def _no_windows_of_earlier_servers():
    from sources.http import limits

    limits._WINDOWS.clear()
