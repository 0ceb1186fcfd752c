"""Fixtures of the regional tests: a desk of one's own, and pandera's second opinion only where a test is about it."""

import pytest
from deliveries import MANY, Desk, contacts
from killable import Killable


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path / "home")


@pytest.fixture
def month(desk) -> Desk:
    """A desk with one full month in force."""
    desk.send(contacts(MANY))
    desk.night()
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
