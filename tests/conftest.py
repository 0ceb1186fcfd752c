"""Shared by all tests: no telemetry, a UTF-8 locale, and homes that never touch the user's own; fixtures that modules of several rooms ask for by name."""

import os

import pytest

os.environ.update(DO_NOT_TRACK="1", GX_ANALYTICS_ENABLED="false", DAGSTER_DISABLE_TELEMETRY="1", PYTHONUTF8="1")
for name in ("SOTEVARASTO_HOME", "SOTEVARASTO_PROFILE", "SOTEVARASTO_KILL_AT", "DAGSTER_HOME"):
    os.environ.pop(name, None)


@pytest.fixture(autouse=True)
def hosts_not_met_before(monkeypatch):
    """The rate window of a host lives as long as the process: a loopback port that comes again would bring the limit and the pause of an earlier test."""
    from sources.http import limits

    monkeypatch.setattr(limits, "_WINDOWS", {})


@pytest.fixture
def of_home(home, monkeypatch):
    """The command works on the module's own `home`."""
    monkeypatch.setenv("SOTEVARASTO_HOME", str(home.root))
    monkeypatch.setenv("SOTEVARASTO_PROFILE", home.profile)


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    from tests.browser import Browser

    with Browser(tmp_path_factory.mktemp("browser") / "profile") as browser:
        yield browser
