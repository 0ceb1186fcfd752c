"""Killed at any durable step, before or after the answer, and run again, a held delivery ends the same."""

import pytest
from deliveries import Desk
from killable import Killable, points

STEP = """
from pathlib import Path
from deliveries import AT, NEXT, ROWS, Desk, contacts
from sources.regional import judging
from sources.regional.catalogue import counties
from sources.regional.holds.answers import Person, answer
from sources.regional.intake import take_in
from sources.regional.judge import AcceptedCheck
import duckdb, ibis, pandera.ibis

judging.validate = lambda *_: AcceptedCheck(0, {})
WHY = "The unit was closed in August, confirmed by phone."

def night(desk, at):
    with desk.ledger() as ledger:
        take_in(desk.home, ledger, desk.landing, at=at)

def step(root):
    desk = Desk(Path(root))
    with desk.ledger() as ledger:
        is_answered = bool(ledger.events("hold_answer"))
    if not is_answered:
        night(desk, AT)
    with desk.ledger() as ledger:
        held = [e.subject for e in ledger.events("hold")]
        if ledger.get("verdict", held[0]) is None:
            answer(ledger, counties(), held[0], "release", WHY, Person("desk", "Maija"), AT)
    night(desk, NEXT)
"""
POINTS = [
    "hold.recorded",
    "hold.answered",
    "slice.written:2",
    "slice.written:3",
    "report.written:4",
    "report.written:7",
    "receipt.written:2",
    "verdict.recorded:2",
    "ledger.before_commit:5",
    "ledger.before_commit:6",
]


def send(desk: Desk) -> None:
    from deliveries import ROWS, contacts

    desk.send(contacts(ROWS))
    desk.send(contacts(ROWS // 4), name="short", sequence=2)


@pytest.fixture(scope="module")
def process():
    with Killable(STEP) as found:
        yield found


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory, process):
    desk = Desk(tmp_path_factory.mktemp("whole") / "home")
    send(desk)
    assert process.run(desk.home.root) == 0
    assert desk.statuses() == ["accepted", "accepted"]
    assert len(desk.events("hold")) == 1
    return desk.facts()


@pytest.mark.parametrize("point", points(POINTS, {"hold.recorded", "hold.answered", "verdict.recorded:2"}))
def test_killed_anywhere_it_converges(desk, process, undisturbed, point):
    send(desk)
    assert process.run(desk.home.root, point) == -9
    assert process.run(desk.home.root) == 0
    assert desk.facts() == undisturbed
    assert desk.leftovers() == []
