"""The ledger only grows, and every way of tampering with it shows."""

import os
import random
import sqlite3
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from sources.ledger import GENESIS, Head, Ledger, LedgerConflict, LedgerError

AT = datetime(2026, 11, 3, 0, 0, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite"


def filled(path: Path, rows: int = 5) -> list[Head]:
    """A ledger of some rows; returns the head after each."""
    with Ledger(path) as ledger:
        heads = []
        for number in range(1, rows + 1):
            ledger.append("receipt", f"r{number}", {"rows": number, "name": "Päijät-Häme"}, AT)
            heads.append(ledger.head())
    return heads


def test_events_of_a_kind_come_a_few_at_a_time_and_none_is_left_out(path: Path) -> None:
    filled(path, 250)
    with Ledger(path) as ledger:
        ledger.append("verdict", "r1", {"status": "accepted"}, AT)
        assert list(ledger.each("receipt")) == ledger.events("receipt")
        assert list(ledger.each("verdict")) == ledger.events("verdict")
        assert list(ledger.each("hold")) == []
        assert ledger.subjects("receipt") == [f"r{number}" for number in range(1, 251)]
        # What is appended while it is read comes too.
        walk = ledger.each("receipt")
        next(walk)
        ledger.append("receipt", "r251", {}, AT)
        assert [event.subject for event in walk][-1] == "r251"


def tamper(path: Path, *statements: str) -> None:
    """Change the file behind the ledger's back, guards and all put back as they were."""
    db = sqlite3.connect(path)
    guards = db.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
    for name, _ in guards:
        db.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        db.execute(statement)
    for _, sql in guards:
        db.execute(sql)
    db.commit()
    db.close()


def verify(path: Path, *heads: Head) -> list[str]:
    with Ledger(path) as ledger:
        return ledger.verify(heads)


def test_one_flipped_bit_anywhere_in_the_rows_is_found(path: Path) -> None:
    head = filled(path, 3)[-1]
    whole = path.read_bytes()
    first = whole.index(b"2026-11-03T")
    end_of_page = (first // 4096 + 1) * 4096
    for place in random.Random(612).sample(range(first, end_of_page), 80):
        # The rows lie back to back; whichever column, link or length the bit is in, something must say so.
        damaged = bytearray(whole)
        damaged[place] ^= 1 << (place % 8)
        path.write_bytes(damaged)
        try:
            found = verify(path, head)
        except LedgerError as error:
            found = [str(error)]
        assert found, f"bit {place % 8} of byte {place} flipped unseen"


def test_a_changed_value_names_its_row(path: Path) -> None:
    filled(path)
    tamper(path, "UPDATE event SET body = replace(body, 'rows\":3', 'rows\":4') WHERE seq = 3")
    assert verify(path) == ["row 3 (receipt 'r3') was changed: its content does not give its hash"]


def test_a_removed_row_is_found(path: Path) -> None:
    filled(path)
    tamper(path, "DELETE FROM event WHERE seq = 3")
    assert verify(path) == ["row 3 is missing"]


def test_a_removed_row_is_found_when_the_others_close_the_gap(path: Path) -> None:
    filled(path)
    tamper(path, "DELETE FROM event WHERE seq = 3", "UPDATE event SET seq = seq - 1 WHERE seq > 3")
    assert any("row 3 does not follow row 2" in fault for fault in verify(path))


def test_the_newest_row_removed_is_found_against_a_kept_head_only(path: Path) -> None:
    heads = filled(path)
    tamper(path, "DELETE FROM event WHERE seq = 5")
    assert verify(path) == []
    assert verify(path, heads[1], heads[4]) == [
        "row 5 is missing: a release was made when the ledger had it; now the last row is 4"
    ]


def test_a_chain_written_anew_is_found_against_a_kept_head(path: Path, tmp_path: Path) -> None:
    heads = filled(path)
    with Ledger(path) as ledger:
        rows = ledger.rows()
    forged = tmp_path / "forged.sqlite"
    with Ledger(forged) as ledger:
        for row in rows:
            ledger.append(row.kind, row.subject, {"rows": 99}, AT)
    assert verify(forged) == []
    assert verify(forged, heads[3]) == ["row 4 is not the one that a release was made from: the chain was rewritten"]


def test_a_lost_ledger_is_found_against_a_kept_head(path: Path) -> None:
    assert verify(path, Head(7, "ab" * 32)) == [
        "row 7 is missing: a release was made when the ledger had it; now the last row is 0"
    ]


def test_a_removed_guard_is_found(path: Path) -> None:
    filled(path)
    db = sqlite3.connect(path)
    db.execute("DROP TRIGGER event_no_delete")
    db.commit()
    db.close()
    assert verify(path) == ["event_no_delete of the ledger is missing or changed"]


def test_an_untouched_ledger_verifies_with_all_its_heads(path: Path) -> None:
    heads = filled(path)
    assert verify(path, Head(0, GENESIS), *heads) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET body = '{}'",
        "DELETE FROM event",
        "INSERT INTO event SELECT seq + 7, at, recorded_at, kind, 'x', body, prev_hash, hash FROM event LIMIT 1",
        "INSERT OR REPLACE INTO event SELECT seq, at, recorded_at, kind, subject, '{}', prev_hash, hash FROM event",
    ],
)
def test_the_file_itself_refuses_changes(path: Path, statement: str) -> None:
    filled(path)
    db = sqlite3.connect(path)
    with pytest.raises(sqlite3.IntegrityError):
        db.execute(statement)
    db.close()


def test_what_is_no_ledger_is_refused_in_one_line(path: Path) -> None:
    path.write_bytes(b"no database at all" * 100)
    with pytest.raises(LedgerError, match="restore it from a backup"):
        Ledger(path)


def test_appending_the_same_again_is_a_no_op(path: Path) -> None:
    with Ledger(path) as ledger:
        first = ledger.append("verdict", "r1", {"status": "accepted", "rows": 1}, AT)
        again = ledger.append("verdict", "r1", {"rows": 1, "status": "accepted"}, AT + timedelta(days=1))
        assert again == first
        assert ledger.head().seq == 1


def test_appending_other_content_for_the_same_subject_is_refused(path: Path) -> None:
    with Ledger(path) as ledger:
        ledger.append("verdict", "r1", {"status": "accepted"}, AT)
        with pytest.raises(LedgerConflict, match="row 1"):
            ledger.append("verdict", "r1", {"status": "rejected"}, AT)
        assert ledger.append("verdict", "r2", {}, AT).seq == 2


def test_a_time_without_offset_is_refused(path: Path) -> None:
    with Ledger(path) as ledger, pytest.raises(ValueError, match="aware"):
        ledger.append("night", "n", {}, datetime(2026, 11, 3))


def test_events_come_back_as_they_were_given(path: Path) -> None:
    helsinki = timezone(timedelta(hours=2))
    with Ledger(path) as ledger:
        ledger.append("night", "n1", {}, AT)
        ledger.append("receipt", "r1", {"name": 'ä"\n'}, datetime(2026, 11, 3, 2, 0, tzinfo=helsinki))
    with Ledger(path) as ledger:
        event = ledger.get("receipt", "r1")
        assert (event.seq, event.at, event.body) == (2, AT, {"name": 'ä"\n'})
        assert [e.subject for e in ledger.events()] == ["n1", "r1"]
        assert ledger.events("receipt") == [event]
        assert ledger.get("receipt", "n1") is None
        assert ledger.head() == Head(2, event.hash)


def test_threads_and_processes_append_one_chain(path: Path) -> None:
    script = (
        "import sys; from datetime import UTC, datetime; from pathlib import Path; from sources.ledger import Ledger\n"
        "with Ledger(Path(sys.argv[1])) as ledger:\n"
        "    for n in range(20): ledger.append('receipt', f'{sys.argv[2]}-{n}', {}, datetime(2026, 11, 3, tzinfo=UTC))\n"
    )
    others = [subprocess.Popen([sys.executable, "-c", script, path, str(name)]) for name in range(3)]
    with Ledger(path) as ledger, ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: ledger.append("receipt", f"own-{n}", {}, AT), range(20)))
        assert [other.wait(30) for other in others] == [0, 0, 0]
        assert ledger.head().seq == 80
        assert ledger.verify([ledger.head()]) == []


def test_only_its_owner_may_read_it(path: Path) -> None:
    with Ledger(path) as ledger:
        ledger.append("night", "n", {}, AT)
        modes = {file.name: stat.S_IMODE(os.stat(file).st_mode) for file in path.parent.iterdir()}
    assert set(modes.values()) == {0o600}, modes
