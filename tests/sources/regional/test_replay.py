"""A delivery is judged again when what it was judged by has changed, and only then; what was known before stays as it was."""

from dataclasses import replace
from datetime import timedelta

import duckdb
import pytest
from amendments import delete
from deliveries import AT, MANY, NEXT, ROWS, Desk, contact, contacts
from killable import Killable

from sources.landing import erase
from sources.regional.annulment import annul
from sources.regional.catalogue import counties, dataset_contracts
from sources.regional.mapping import MappedCode, with_mappings
from sources.regional.periods import lock
from sources.regional.redo import RedoError, redo
from sources.regional.replay import Chosen, ReplayError, replay
from warehouse.registry import RegistryError, stage_registry

LATER = NEXT + timedelta(days=1)


def mapped(*lines: tuple[str, str, str], sender: str = "05"):
    """The senders with these mappings (column, value as sent, code) of one of them."""
    day = AT.date()
    lines = tuple(MappedCode("care_contacts", sender, *line, "manual", "Maija Mallikas", day, "x") for line in lines)
    return with_mappings(counties(), dataset_contracts(), lines)


NURSE = ("profession", "LÄHIH", "nurse")


def unknown(desk: Desk, count: int = 2, **more) -> None:
    """A month of which some rows have a profession that nobody knows."""
    rows = contacts(ROWS)
    for row in rows[:count]:
        row["profession"] = "LÄHIH"
    desk.send(rows, **more)


def again(desk: Desk, senders, at=NEXT, **chosen):
    with desk.ledger() as ledger:
        return replay(desk.home, ledger, desk.landing, dataset_contracts(), senders, at=at, chosen=Chosen(**chosen))


def other_rules() -> dict:
    """The contracts with another pattern for units, which takes whatever the first one took."""
    contract = dataset_contracts()["care_contacts"]
    columns = tuple(replace(c, pattern=".*") if c.name == "unit_id" else c for c in contract.columns)
    return dict(dataset_contracts()) | {"care_contacts": replace(contract, columns=columns)}


def registry(desk: Desk, at, name: str, order: str = "all") -> list[dict]:
    with desk.ledger() as ledger:
        stage_registry(desk.home, ledger, at)
    return duckdb.sql(f"from '{desk.home.build}/registry/{name}.parquet' order by {order}").pl().to_dicts()


def used(desk: Desk) -> int:
    """Accepted rows that the newest judgements bring, as the build would see them."""
    slices = desk.home.build / "slices" / "care_contacts" / "**" / "*.parquet"
    delivery = desk.home.build / "registry" / "delivery.parquet"
    return duckdb.sql(
        f"""select count(*) from read_parquet('{slices}', union_by_name = true) where rule_mask = 0 and receipt_id in
        (select receipt_id from '{delivery}' where status = 'accepted' and known_to is null)"""
    ).fetchall()[0][0]


def test_a_mapping_recovers_the_rows_that_waited_for_it(desk):
    unknown(desk)
    desk.night()
    (first,) = desk.events("verdict")
    done = again(desk, mapped(NURSE))
    (event,) = done.events
    assert (done.looked_at, event.subject, event.body["status"]) == (1, f"{first}-2", "accepted")
    assert [done.rows(part) for part in ("recovered", "still_bad", "newly_bad")] == [2, 0, 0]
    assert done.problems == []
    assert event.body["profile"]["rows"] == ROWS, "later months are held against the rows as they are now"
    before, now = registry(desk, NEXT, "delivery", "known_from")
    assert (before["receipt_id"], before["status"], before["rows_accepted"]) == (first, "superseded", ROWS - 2)
    assert (now["receipt_id"], now["replay_of"], now["status"], now["rows_accepted"]) == (
        event.subject,
        first,
        "accepted",
        ROWS,
    )
    assert before["known_to"] == now["known_from"] == NEXT.replace(tzinfo=None) and now["known_to"] is None
    assert (before["due_on"], before["is_late"]) == (now["due_on"], now["is_late"])
    assert used(desk) == ROWS


def test_what_was_known_before_stays_known_as_of_then(desk):
    unknown(desk)
    desk.night()
    registry(desk, AT, "delivery")
    assert used(desk) == ROWS - 2
    again(desk, mapped(NURSE))
    (then,) = registry(desk, AT, "delivery")
    assert (then["status"], then["known_to"], used(desk)) == ("accepted", None, ROWS - 2)


def test_quarantine_says_what_recovered_a_line_and_until_when_it_was_bad(desk):
    rows = contacts(ROWS)
    rows[0]["profession"] = "LÄHIH"
    rows[1]["birth_year"] = "x"
    desk.send(rows)
    desk.night()
    (event,) = again(desk, mapped(NURSE)).events
    found = {(r["receipt_id"] == event.subject, r["line_number"]): r for r in registry(desk, NEXT, "quarantine")}
    end = NEXT.replace(tzinfo=None)
    assert (found[False, 2]["recovered_by"], found[False, 2]["known_to"]) == (event.subject, end)
    assert (found[False, 3]["recovered_by"], found[False, 3]["known_to"]) == (None, end)
    assert (found[True, 3]["recovered_by"], found[True, 3]["known_to"]) == (None, None)
    assert len(found) == 3
    assert (event.body["rows_recovered"], event.body["rows_still_bad"]) == (1, 1)


def test_only_deliveries_that_hold_the_value_are_judged_again_and_nothing_twice(desk):
    unknown(desk)
    desk.send(contacts(ROWS, start=500), name="july", period="2026-07")
    desk.send(contacts(ROWS), box="06")
    desk.night()
    slices = desk.slices()
    assert again(desk, counties()).events == []
    assert again(desk, mapped(("profession", "UUSI", "nurse"))).events == []
    assert again(desk, mapped(NURSE), organiser_code="06").events == []
    assert again(desk, mapped(NURSE), period="2026-07").events == []
    assert len(again(desk, mapped(NURSE), organiser_code="05", dataset="care_contacts", period="2026-08").events) == 1
    assert again(desk, mapped(NURSE), at=LATER).events == []
    assert slices.items() <= desk.slices().items()


def test_a_changed_rule_touches_every_delivery_of_the_dataset_and_what_is_the_same_brings_no_rows(desk):
    unknown(desk)
    desk.night()
    slices = desk.slices()
    with desk.ledger() as ledger:
        done = replay(desk.home, ledger, desk.landing, other_rules(), counties(), at=NEXT)
        assert [e.body["status"] for e in done.events] == ["unchanged"]
        assert done.rows("recovered") == 0 and desk.slices() == slices
        assert replay(desk.home, ledger, desk.landing, other_rules(), counties(), at=LATER).events == []
    (row,) = registry(desk, LATER, "delivery")
    assert (row["status"], row["replay_of"], row["known_to"]) == ("accepted", None, None)


def test_a_rejected_delivery_is_accepted_when_its_faults_are_gone_and_its_sender_gets_a_report(desk):
    unknown(desk, count=ROWS // 2)
    desk.night()
    assert desk.statuses() == ["rejected"]
    (event,) = again(desk, mapped(NURSE)).events
    assert (event.body["status"], event.body["rows_recovered"]) == ("accepted", ROWS)
    assert (desk.home.reports / "05" / f"{event.subject}.html").is_file()
    assert [r["status"] for r in registry(desk, NEXT, "delivery", "known_from")] == ["rejected", "accepted"]
    desk.send(contacts(ROWS, start=3), name="other")
    desk.night(LATER)
    assert desk.statuses()[-1] == "rejected", "the number of a delivery that a replay accepted is used up"


def test_what_is_in_force_is_never_taken_away(desk):
    desk.send(contacts(ROWS))
    desk.night()
    contract = dataset_contracts()["care_contacts"]
    columns = tuple(replace(c, pattern="never") if c.name == "unit_id" else c for c in contract.columns)
    with desk.ledger() as ledger:
        contracts = dict(dataset_contracts()) | {"care_contacts": replace(contract, columns=columns)}
        done = replay(desk.home, ledger, desk.landing, contracts, counties(), at=NEXT)
    assert done.events == []
    assert "would be rejected by now" in done.problems[0] and "stays in force" in done.problems[0]
    (row,) = registry(desk, NEXT, "delivery")
    assert row["status"] == "accepted"


def test_a_month_that_a_delta_changed_is_left_and_told_when_anything_it_stands_on_is_touched(desk):
    """The value waits in the whole month below, not in the delta that is in force."""
    unknown(desk)
    desk.send([contact(9, sex="male")], name="delta", mode="delta", sequence=2)
    desk.night()
    assert [r["known_to"] for r in registry(desk, AT, "quarantine")] == [None, None], (
        "a delta mends no row of the month"
    )
    assert [r["value_as_sent"] for r in registry(desk, AT, "unmapped")] == ["LÄHIH"]
    before = desk.facts()
    done = again(desk, mapped(NURSE))
    (line,) = done.problems
    assert "2026-08 stands on 2 deliveries" in line and "touches 1 of them" in line and "in full" in line
    assert done.events == [] and desk.facts() == before
    assert again(desk, mapped(("profession", "UUSI", "nurse"))).problems == [], "what nobody waits for touches nothing"
    rows = contacts(ROWS)
    rows[8]["sex"], rows[0]["profession"], rows[1]["profession"] = "male", "LÄHIH", "LÄHIH"
    desk.send(rows, name="whole", sequence=3)
    desk.night(NEXT)
    ended = {r["sequence"]: r["known_to"] is not None for r in registry(desk, NEXT, "quarantine")}
    assert ended == {1: True, 3: False}, "the whole month ends them"
    assert [e.body["status"] for e in again(desk, mapped(NURSE), at=LATER).events] == ["accepted"]


def test_a_delete_is_held_against_the_keys_that_it_was_read_by(desk):
    desk.send(contacts(MANY))
    delete(desk, [1, 2], 2)
    desk.night()
    assert again(desk, mapped(NURSE)).problems == []
    with desk.ledger() as ledger:
        (line,) = replay(desk.home, ledger, desk.landing, other_rules(), counties(), at=NEXT).problems
    assert "touches 1 of them" in line, "the whole month, not the keys"


def test_a_redelivery_that_changed_nothing_may_hold_a_row_that_waits(desk):
    """Its accepted rows were in force already; one more of its rows was faulty, and is in force once its code is known."""
    desk.send(contacts(ROWS))
    desk.send([*contacts(ROWS), contact(ROWS + 1, profession="LÄHIH")], name="again", sequence=2)
    desk.night()
    assert [b["is_unchanged"] for b in desk.events("verdict").values()] == [False, True]
    (event,) = again(desk, mapped(NURSE)).events
    assert (event.body["status"], event.body["rows_recovered"]) == ("accepted", 1)
    registry(desk, NEXT, "delivery")
    assert used(desk) == ROWS + 1
    with desk.ledger() as ledger:
        done = replay(desk.home, ledger, desk.landing, other_rules(), mapped(NURSE), at=LATER)
    assert [e.body["status"] for e in done.events] == ["unchanged"]


@pytest.mark.slow
def test_a_redelivery_that_changed_nothing_brings_no_rows_where_none_is_recovered(desk):
    desk.send(contacts(ROWS))
    desk.send([*contacts(ROWS), contact(ROWS + 1, birth_year="x")], name="again", sequence=2)
    desk.night()
    slices = desk.slices()
    with desk.ledger() as ledger:
        done = replay(desk.home, ledger, desk.landing, other_rules(), counties(), at=NEXT)
    assert [e.body["status"] for e in done.events] == ["unchanged"] and desk.slices() == slices


@pytest.mark.slow
def test_after_an_annulment_the_delivery_that_holds_again_is_judged_again(desk):
    unknown(desk)
    unknown(desk, count=3, name="correction", sequence=2)
    desk.night()
    first, second = desk.events("receipt")
    with desk.ledger() as ledger:
        annul(ledger, second, "Maija Mallikas", "wrong extract", NEXT)
    assert [e.body["receipt_id"] for e in again(desk, mapped(NURSE)).events] == [first]
    registry(desk, NEXT, "delivery")
    assert used(desk) == ROWS


def test_a_locked_month_is_left_and_told(desk):
    unknown(desk)
    desk.night()
    with desk.ledger() as ledger:
        lock(ledger, "care_contacts", "2026-08", "Maija Mallikas", "closed by the agreed day", AT)
    before = desk.facts()
    done = again(desk, mapped(NURSE))
    (line,) = done.problems
    assert "its month is locked" in line and done.events == [] and desk.facts() == before


def test_superseded_sealed_and_erased_deliveries_are_left_alone(desk):
    unknown(desk)
    unknown(desk, count=3, name="correction", sequence=2)
    sealed = contacts(ROWS)
    sealed[0]["unit_id"] = "010594Y9032"
    sealed[1]["profession"] = "LÄHIH"
    desk.send(sealed, name="sealed", period="2026-07")
    unknown(desk, box="06", name="gone")
    desk.night()
    body = next(b for b in desk.events("receipt").values() if b["organiser_code"] == "06")
    with desk.ledger() as ledger:
        erase(desk.home, ledger, body["files"][0]["sha256"], "test", "tester", NEXT)
    done = again(desk, mapped(NURSE))
    by_sequence = {r: b["sequence"] for r, b in desk.events("receipt").items()}
    assert [by_sequence[e.body["receipt_id"]] for e in done.events] == [2]
    assert done.problems == []


def test_erasing_takes_every_judgements_rows_and_report(desk):
    unknown(desk)
    desk.night()
    again(desk, mapped(NURSE))
    assert len(desk.slices()) == 2
    body = next(iter(desk.events("receipt").values()))
    with desk.ledger() as ledger:
        erase(desk.home, ledger, body["files"][0]["sha256"], "test", "tester", NEXT)
    assert desk.slices() == {} and not list((desk.home.reports / "05").iterdir())
    assert {r["known_to"] is not None for r in registry(desk, NEXT, "delivery")} == {True}
    assert used(desk) == 0


def test_an_unknown_sender_or_dataset_is_one_line(desk):
    with pytest.raises(ReplayError, match="no sender has the code 99"):
        again(desk, counties(), organiser_code="99")
    with pytest.raises(ReplayError, match="there is no dataset visits"):
        again(desk, counties(), dataset="visits")


def made_again(desk: Desk, receipt_id: str, senders=None) -> list[str]:
    with desk.ledger() as ledger:
        senders = senders or counties()
        return redo(desk.home, ledger, desk.landing, dataset_contracts(), senders, receipt_id, NEXT)


def test_a_missing_slice_quarantine_and_report_are_made_again_from_the_landing(desk):
    unknown(desk)
    desk.night()
    whole = desk.tree()
    (receipt_id,) = desk.events("receipt")
    assert made_again(desk, receipt_id) == []
    for folder in (desk.home.parquet, desk.home.quarantine, desk.home.reports):
        for path in folder.rglob(f"*{receipt_id}*"):
            path.unlink()
    with pytest.raises(RegistryError, match=f"sotevarasto delivery redo {receipt_id}"):
        registry(desk, NEXT, "delivery")
    assert len(made_again(desk, receipt_id)) == 8, "slice, quarantine, four forms of the report, two of the outlook"
    assert desk.tree() == whole and desk.leftovers() == []


def test_a_damaged_slice_is_put_back_and_another_file_never_is(desk):
    unknown(desk)
    desk.night()
    (receipt_id,) = desk.events("receipt")
    (path,) = desk.home.parquet.rglob("*.parquet")
    whole = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(b"PAR1")
    assert made_again(desk, receipt_id) == [str(path.relative_to(desk.home.root))]
    assert path.read_bytes() == whole
    path.unlink()
    with pytest.raises(RedoError, match="have changed since it was judged"):
        made_again(desk, receipt_id, mapped(NURSE))
    with pytest.raises(RedoError, match="is no receipt"):
        made_again(desk, "nothing")
    assert not path.exists() and desk.leftovers() == []


STEP = """
from pathlib import Path
from deliveries import NEXT, Desk
from sources.regional import replay
from sources.regional.catalogue import dataset_contracts
from sources.regional.judge import AcceptedCheck
from test_replay import NURSE, mapped
import duckdb, ibis, pandera.ibis

replay.validate = lambda *_: AcceptedCheck(0, {})

def step(root):
    desk = Desk(Path(root))
    with desk.ledger() as ledger:
        replay.replay(desk.home, ledger, desk.landing, dataset_contracts(), mapped(NURSE), at=NEXT)
"""


@pytest.mark.slow
def test_killed_anywhere_and_run_again_it_ends_the_same(desk, tmp_path):
    other = Desk(tmp_path / "other")
    with Killable(STEP) as process:
        unknown(other)
        other.night()
        assert process.run(other.home.root) == 0
        points = ["file.flushed:1", "file.renamed:2", "replay.kept", "ledger.before_commit:2", "replay.recorded"]
        for number, point in enumerate([*points, "report.written:1", "report.written:3"]):
            desk = Desk(tmp_path / str(number))
            unknown(desk)
            desk.night()
            assert process.run(desk.home.root, point) == -9, point
            assert process.run(desk.home.root) == 0
            assert desk.facts() == other.facts(), point
