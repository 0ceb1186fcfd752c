"""Shared by all tests: no telemetry, a UTF-8 locale, and homes that never touch the user's own; fixtures that modules of several rooms ask for by name."""

import os
from collections import Counter

import pytest

os.environ.update(DO_NOT_TRACK="1", GX_ANALYTICS_ENABLED="false", DAGSTER_DISABLE_TELEMETRY="1", PYTHONUTF8="1")
for name in ("SOTEVARASTO_HOME", "SOTEVARASTO_PROFILE", "SOTEVARASTO_KILL_AT", "DAGSTER_HOME"):
    os.environ.pop(name, None)


# Files that take long for the number of their tests: whole nights of the longer set; of the quick set the build that many files share, beside the small night, so that nobody
# waits for it; then the others.
LONG = (
    "tests/test_night_killed.py",
    "tests/test_night.py",
    "tests/resilience/test_disk.py",
    "tests/test_restatements.py",
    "tests/resilience/test_killed.py",
    "tests/sources/national/test_killed_collecting.py",
    "tests/test_night_gate.py",
    "tests/dbt_project/test_build.py",
    "tests/test_small_night.py",
    "tests/sources/national/statfin/test_statfin_collect.py",
    "tests/sources/regional/test_intake_killed.py",
    "tests/resilience/test_damage.py",
    "tests/sources/regional/onboarding/test_onboarding_guesses.py",
    "tests/sources/simulator/test_verdicts.py",
    "tests/sources/regional/holds/test_hold_killed.py",
    "tests/dbt_project/test_mergers.py",
    "tests/sources/national/projection/test_projection_collect.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first, then by the number of tests: no worker is left alone with one at the end. Within a file the order stays."""
    tests = Counter(file_of(item) for item in items)
    place = {name: number for number, name in enumerate(LONG)}
    items.sort(key=lambda item: (place.get(file_of(item), len(LONG)), -tests[file_of(item)], file_of(item)))


def file_of(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]


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
