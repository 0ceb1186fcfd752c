"""A night killed at any durable step and run again ends with the same ledger and the same files."""

import pytest
from amendments import delete
from deliveries import MANY, Desk, contact, contacts, send_three
from killable import points

STEP = """
from pathlib import Path
from deliveries import AT, Desk
from sources.regional import judging
from sources.regional.intake import take_in
from sources.regional.judge import AcceptedCheck
import duckdb, ibis, pandera.ibis

# pandera's second opinion is asked elsewhere; no point to die at lies in it.
judging.validate = lambda *_: AcceptedCheck(0, {})

def step(root):
    desk = Desk(Path(root))
    with desk.ledger() as ledger:
        take_in(desk.home, ledger, desk.landing, at=AT)
"""


POINTS = [
    "landing.renamed:2",
    "ledger.committed:1",
    "ledger.committed:2",
    "inbox.removed:1",
    "slice.written:1",
    "slice.written:2",
    "ledger.before_commit:4",
    "verdict.recorded:1",
    "verdict.recorded:3",
    "report.written:1",
    "report.written:2",
    "report.written:5",
    "outlook.written:1",
    "outlook.written:4",
]


QUICK = {"ledger.committed:1", "inbox.removed:1", "slice.written:2", "verdict.recorded:1", "report.written:2"}
AMENDED = [
    "slice.written:2",
    "ledger.before_commit:6",
    "verdict.recorded:2",
    "tombstones.written:1",
    "slice.written:3",
    "verdict.recorded:3",
]


@pytest.fixture(scope="module")
def whole_night(tmp_path_factory, process):
    desk = Desk(tmp_path_factory.mktemp("whole") / "home")
    send_three(desk)
    assert process.run(desk.home.root) == 0
    assert desk.leftovers() == []
    assert desk.statuses() == ["accepted", "accepted", "rejected"]
    return desk.facts()


@pytest.mark.parametrize("point", points(POINTS, QUICK))
def test_killed_anywhere_and_run_again_the_night_ends_the_same(desk, process, whole_night, point):
    send_three(desk)
    assert process.run(desk.home.root, point) == -9
    assert process.run(desk.home.root) == 0
    assert desk.facts() == whole_night


def test_the_outcome_of_a_night_killed_and_run_again_tells_the_whole_night(desk, process, tmp_path):
    other = Desk(tmp_path / "other")
    send_three(desk)
    send_three(other)
    assert process.run(other.home.root, "verdict.recorded:2") == -9
    assert other.night().as_dict() == desk.night().as_dict()


def send_a_month_and_what_changes_it(desk: Desk) -> None:
    desk.send(contacts(MANY))
    desk.send([contact(3, sex="male"), contact(999)], name="delta", mode="delta", sequence=2)
    delete(desk, [500, 3, *range(10, 30)], 3)
    desk.send(contacts(MANY), "06")


@pytest.fixture(scope="module")
def amended_night(tmp_path_factory, process):
    desk = Desk(tmp_path_factory.mktemp("amended") / "home")
    send_a_month_and_what_changes_it(desk)
    assert process.run(desk.home.root) == 0
    assert desk.leftovers() == []
    assert [v["mode"] for v in desk.verdicts()] == ["full", "delta", "delete", "full"]
    assert desk.verdicts()[2]["rows_removed"] == 21
    return desk.facts()


@pytest.mark.parametrize("point", points(AMENDED, {"tombstones.written:1", "slice.written:3"}))
def test_killed_while_a_month_is_changed_and_run_again_it_ends_the_same(desk, process, amended_night, point):
    send_a_month_and_what_changes_it(desk)
    assert process.run(desk.home.root, point) == -9
    assert process.run(desk.home.root) == 0
    assert desk.facts() == amended_night
