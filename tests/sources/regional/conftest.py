"""Fixtures of the regional tests: a desk of one's own, and pandera's second opinion only where a test is about it."""

import shutil
from pathlib import Path

import pytest
from deliveries import MANY, Desk, contacts
from killable import Killable


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path / "home")


@pytest.fixture(scope="module")
def taken_in(tmp_path_factory) -> Path:
    """A home with one full month in force, to be copied."""
    desk = Desk(tmp_path_factory.mktemp("taken in") / "home")
    desk.send(contacts(MANY))
    desk.night()
    return desk.home.root


@pytest.fixture
def month(desk, taken_in) -> Desk:
    """A desk of one's own with one full month in force."""
    shutil.copytree(taken_in, desk.home.root, dirs_exist_ok=True)
    return desk


@pytest.fixture(scope="module")
def process(request):
    """A process that runs the module's STEP in forks, to be killed in them."""
    with Killable(request.module.STEP) as found:
        yield found


@pytest.fixture
def second_opinion():
    """For tests in which pandera itself judges what was accepted; it costs a second a night."""


@pytest.fixture(autouse=True)
def _no_second_opinion(request, monkeypatch):
    if "desk" in request.fixturenames and "second_opinion" not in request.fixturenames:
        from sources.regional import judging, replay
        from sources.regional.judge import AcceptedCheck

        for module in (judging, replay):
            monkeypatch.setattr(module, "validate", lambda *_: AcceptedCheck(0, {}))
