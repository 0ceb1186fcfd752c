"""A file that ends the process itself: it costs three nights, then it is rejected, and every other delivery comes to what it would have without it."""

import pytest
from deliveries import ROWS, Desk, contacts

from sources.regional.file_rules import file_rule
from sources.regional.poison import Notes

# What reads the delivery of sender 05 dies of it. The two workers read others meanwhile: a barrier makes sure that one more is being read at that moment.
STEP = """
import os, signal, threading
from pathlib import Path
from deliveries import AT, Desk
from sources.regional import judging
from sources.regional.intake import take_in
from sources.regional.judge import AcceptedCheck
import duckdb, ibis, pandera.ibis

judging.validate = lambda *_: AcceptedCheck(0, {})
real = judging.stage

def step(root):
    desk = Desk(Path(root))
    together = threading.Barrier(2)

    def deadly(connections, admitted, rules):
        if admitted.organiser_code == "05":
            os.kill(os.getpid(), signal.SIGKILL)
        return real(connections, admitted, rules)

    def first_night(connections, admitted, rules):
        together.wait(10)
        return deadly(connections, admitted, rules)

    is_first = not any(desk.home.reading.iterdir())
    judging.stage = first_night if is_first and not desk.verdicts() else deadly
    with desk.ledger() as ledger:
        take_in(desk.home, ledger, desk.landing, at=AT)
"""


def send(desk: Desk) -> None:
    for sender in ("01", "05", "HUS"):
        desk.send(contacts(ROWS), sender)


def notes(desk: Desk) -> list[str]:
    with desk.ledger() as ledger:
        sender = {e.subject: e.body["organiser_code"] for e in ledger.events("receipt")}
    found = (p.name.split(".", 1) for p in desk.home.reading.iterdir())
    return sorted(f"{sender[receipt]} {state}" for receipt, state in found)


def test_the_third_death_of_a_delivery_is_its_last_and_the_others_are_as_without_it(desk, process, tmp_path):
    other = Desk(tmp_path / "other")
    for sender in ("01", "HUS"):
        other.send(contacts(ROWS), sender)
    other.night()

    send(desk)
    assert process.run(desk.home.root) == -9
    assert notes(desk) == ["01 0.read", "05 0.read"]
    assert process.run(desk.home.root) == -9
    # The other suspect was read alone first, or waits for its turn; it died no second death.
    assert [note for note in notes(desk) if note.endswith(".read")] == ["05 1.read"]
    assert process.run(desk.home.root) == -9
    assert process.run(desk.home.root) == 0

    assert notes(desk) == []
    rejected = [v for v in desk.verdicts() if v["status"] == "rejected"]
    assert [v["rule"] for v in rejected] == [file_rule("READER_DIED").id]
    assert sorted(desk.statuses()) == ["accepted", "accepted", "rejected"]
    assert desk.slices() == other.slices()
    (report,) = (p for p in (desk.home.reports / "05").glob("*.html") if ".outlook" not in p.name)
    assert file_rule("READER_DIED").fix["fi"] in report.read_text(encoding="utf-8")


@pytest.mark.parametrize("deaths", [1, 2])
def test_a_delivery_that_was_only_there_when_an_operator_killed_the_process_is_accepted(desk, deaths):
    desk.send(contacts(ROWS))
    receipt_id = _received(desk)
    (desk.home.reading / f"{receipt_id}.{deaths - 1}.read").touch()
    desk.night()
    assert desk.verdict()["status"] == "accepted"
    assert list(desk.home.reading.iterdir()) == []


def test_a_delivery_that_died_three_times_is_read_anew_when_it_is_sent_anew(desk):
    desk.send(contacts(ROWS))
    (desk.home.reading / f"{_received(desk)}.2.read").touch()
    desk.night()
    assert desk.verdict()["rule"] == file_rule("READER_DIED").id
    desk.send(contacts(ROWS), name="again", created_at="2026-09-10T09:15:00+03:00")
    desk.night()
    assert desk.statuses() == ["rejected", "accepted"]


def test_notes_count_a_death_once_however_often_the_process_starts(tmp_path):
    (tmp_path / "a.0.read").touch()
    (tmp_path / "gone.0.read").touch()
    for _ in range(3):
        found = Notes(tmp_path, {"a", "b"})
        assert (found.deaths("a"), found.deaths("b"), found.deaths("gone")) == (1, 0, 0)
    with found.reading("a"):
        assert [p.name for p in tmp_path.iterdir()] == ["a.1.read"]
    (tmp_path / "a.1.read").touch()
    assert Notes(tmp_path, {"a"}).deaths("a") == 2


@pytest.mark.parametrize("ends", [ValueError, OSError, KeyboardInterrupt])
def test_an_error_is_no_death(tmp_path, ends):
    notes = Notes(tmp_path, {"a"})
    with pytest.raises(ends), notes.reading("a"):
        raise ends
    assert list(tmp_path.iterdir()) == []
    assert Notes(tmp_path, {"a"}).deaths("a") == 0


def _received(desk: Desk) -> str:
    """Take in without judging, as a process that died between the two."""
    from deliveries import AT

    from sources.regional.inbox import scan
    from sources.regional.receipt import receive

    with desk.ledger() as ledger:
        return receive(desk.home, ledger, desk.landing, scan(desk.home.inbox, {"05"}).arrivals, AT).receipt_ids[0]
