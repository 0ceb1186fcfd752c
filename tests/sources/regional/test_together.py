"""Deliveries that are judged together: each comes to what it comes to alone, to the byte, and a fault of one is felt by no other."""

from dataclasses import replace
from datetime import datetime, timedelta

import duckdb
import pytest
from deliveries import NEXT, ROWS, Desk, contacts
from small import CONTEXT, DIALECT, RULES, SMALL, connection, file, sound

from sources.regional import judging
from sources.regional.judge import Delivery, SourceFile, stage_deliveries
from sources.regional.staging import batches


def lines(count: int, start: int = 2) -> list[str]:
    return [sound(n) for n in range(start, start + count)]


# Each a delivery of one or more files; some look alike, some hold quotation marks or unseen characters, some are refused before, some after the scan.
CONTENTS = {
    "plain": [file(*lines(40))],
    "the same keys as another delivery": [file(*lines(40))],
    "repeated and differing keys": [file(*lines(60), sound(5), "a7;Nimi 7;1,51;03.08.2026 09:07")],
    "an identity code in a repeated row": [file(*lines(60), "a5;131052-308T;;", "a5;131052-308T;;")],
    "two files": [file(*lines(30)), file(*lines(30, 100), sound(4))],
    "quoted": [file(*lines(30), 'a90;"x;y";1,50;', 'a91;"x', 'y";1,50;')],
    "one file quoted, one not": [file(*lines(30), 'a90;"x;y";1,50;'), file(*lines(30, 100), sound(4))],
    "unseen": [file(*lines(30), "a90;x\u202ey;1,50;")],
    "other order": [file(*(f"Nimi;a{n};;" for n in range(40)), header="Nimi;Tunnus;Määrä;Aika")],
    "faulty lines": [file(*lines(40), "a90;x;1.5;", "a91;x;", "")],
    "too many faulty": [file(*lines(10), *["x;y"] * 10)],
    "header only": [file()],
    "unclosed": [file(*lines(200), *['a9;"x;1;'] * 150)],
    "empty": [b""],
    "other header": [b"one;two\n1;2\n"],
    "long": [file(*lines(123_000))],
}


def deliveries(folder) -> dict[str, Delivery]:
    made = {}
    for number, (name, contents) in enumerate(CONTENTS.items()):
        files = []
        for place, content in enumerate(contents):
            path = folder / f"landed-{number}-{place}"
            path.write_bytes(content)
            files.append(SourceFile(path, f"{'ab'[place]}.csv"))
        context = replace(CONTEXT, receipt_id=f"receipt-{number}", period=f"2026-{8 - number % 2:02d}")
        made[name] = Delivery(files, context, folder / f"staged-{number}.parquet")
    return made


def judged(folder, threads: int, together: bool) -> dict[str, tuple]:
    """What each delivery came to: the judgement without its path, and the bytes written."""
    folder.mkdir()
    made = deliveries(folder)
    con = connection(threads)
    groups = [list(made.values())] if together else [[delivery] for delivery in made.values()]
    found = [each for group in groups for each in stage_deliveries(con, SMALL, DIALECT, group, RULES)]
    told = {}
    for (name, delivery), judgement in zip(made.items(), found, strict=True):
        refusal = judgement.refusal and (judgement.refusal.code, judgement.refusal.reason)
        assert (judgement.staged is not None) == delivery.out.exists()
        written = delivery.out.read_bytes() if judgement.staged else None
        told[name] = (replace(judgement, refusal=None, staged=None), refusal, written)
    assert not list(folder.glob("*.written"))
    return told


def test_together_each_comes_to_what_it_comes_to_alone(tmp_path):
    alone = judged(tmp_path / "alone", 1, together=False)
    assert {refusal[0] for _, refusal, _ in alone.values() if refusal} == {
        "QUARANTINE_SHARE",
        "HEADER_ONLY",
        "UNCLOSED_QUOTES",
        "EMPTY",
        "HEADER_MISSING",
    }
    assert alone["repeated and differing keys"][0].rows_quarantined == 3
    assert alone["the same keys as another delivery"][0].rows_quarantined == 0
    for threads in (1, 2):
        assert judged(tmp_path / f"together-{threads}", threads, together=True) == alone


def test_a_repeated_row_keeps_no_identity_code(tmp_path):
    judged(tmp_path / "together", 1, together=True)
    number = list(CONTENTS).index("an identity code in a repeated row")
    out = tmp_path / "together" / f"staged-{number}.parquet"
    found = connection(1).execute(f"select name, sent[2] from '{out}' where rule_mask <> 0 and id = 'a5'").fetchall()
    assert sorted(found) == [("***", "***"), ("***", "***"), ("Nimi 5", "Nimi 5")]


def test_a_fault_of_the_machine_leaves_nothing_of_any(tmp_path):
    made = list(deliveries(tmp_path).values())
    (tmp_path / "in the way").write_bytes(b"")
    made.append(replace(made[0], out=tmp_path / "in the way" / "staged.parquet"))
    with pytest.raises((duckdb.IOException, OSError)):
        stage_deliveries(connection(1), SMALL, DIALECT, made, RULES)
    assert not list(tmp_path.glob("staged*"))


def test_deliveries_of_one_sender_are_read_together_up_to_a_bound():
    mib = 1 << 20
    sizes = [("a", 20 * mib), ("b", mib), ("a", 20 * mib), ("a", 20 * mib), ("b", mib), ("c", 90 * mib), ("a", mib)]
    assert batches(sizes) == [[0, 2], [1, 4], [3, 6], [5]]
    assert batches([]) == []


def test_what_fails_together_is_read_alone(desk, tmp_path, monkeypatch):
    """As when one of them needs more memory than there is: the others are none the worse."""
    other = Desk(tmp_path / "other")
    for each in (desk, other):
        each.send(contacts(ROWS), name="august")
        each.send([_a_month_before(row) for row in contacts(ROWS)], name="july", period="2026-07")
    asked = []

    def fails(connections, batch, rules):
        asked.append(len(batch))
        raise duckdb.OutOfMemoryException("together they are too many")

    with monkeypatch.context() as patched:
        patched.setattr(judging, "stage_together", fails)
        desk.night(NEXT)
    other.night(NEXT)
    assert asked == [2]
    assert desk.statuses() == other.statuses()
    assert len(desk.slices()) == 2
    assert desk.slices() == other.slices()
    assert list(desk.home.reading.iterdir()) == []


def _a_month_before(row: dict) -> dict:
    return {name: v - timedelta(days=31) if isinstance(v, datetime) else v for name, v in row.items()}
