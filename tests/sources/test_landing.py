"""What is landed is whole, is never changed, and is found by its hash, whatever happened on the way."""

import hashlib
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sources.home import Home
from sources.landing import Absent, Landing, LandingError, erase, erase_all, finish_erasures, missing_bytes
from sources.ledger import Ledger

AT = datetime(2026, 11, 3, tzinfo=UTC)
CONTENT = b"asiakas;ik\xe4\n1;50\n"
SHA256 = hashlib.sha256(CONTENT).hexdigest()

# Takes in one file the way an inbox does: bytes to the landing, then the receipt, then the inbox is cleared.
TAKE_IN = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from sources.home import Home
from sources.landing import Landing
from sources.ledger import Ledger

home = Home.open(Path(sys.argv[1]), "simulated")
sent = home.inbox / "05" / "contacts.csv"
with Ledger(home.ledger) as ledger:
    if sent.exists():
        stored = Landing(home.landing).put_file(sent)
        files = [{"name": sent.name, "sha256": stored.sha256, "bytes": stored.bytes}]
        ledger.append("receipt", stored.sha256[:16], {"files": files}, datetime(2026, 11, 3, tzinfo=UTC))
        sent.unlink()
frameworks = {"dagster", "dbt", "great_expectations", "pandera", "ibis"} & {name.split(".")[0] for name in sys.modules}
sys.exit(f"imported {frameworks}" if frameworks else 0)
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home.open(tmp_path / "home", "simulated")
    (home.inbox / "05").mkdir()
    (home.inbox / "05" / "contacts.csv").write_bytes(CONTENT)
    return home


def take_in(home: Home, kill_at: str = "") -> int:
    environment = os.environ | {"SOTEVARASTO_KILL_AT": kill_at}
    return subprocess.run([sys.executable, "-c", TAKE_IN, home.root], env=environment).returncode


def landed(home: Home) -> list[str]:
    return sorted(path.name for path in (home.landing / "sha256").rglob("*") if path.is_file())


@pytest.mark.parametrize("kill_at", ["landing.copied", "landing.renamed", "ledger.before_commit", "ledger.committed"])
def test_a_crash_on_the_way_to_the_ledger_ends_in_one_receipt_of_whole_bytes(home: Home, kill_at: str) -> None:
    assert take_in(home, kill_at) == -signal.SIGKILL
    assert (home.inbox / "05" / "contacts.csv").read_bytes() == CONTENT
    assert take_in(home) == 0
    with Ledger(home.ledger) as ledger:
        assert [event.subject for event in ledger.events()] == [SHA256[:16]]
        assert ledger.verify() == []
    assert [name for name in landed(home) if not name.startswith(".tmp-")] == [SHA256]
    assert Landing(home.landing).path(SHA256).read_bytes() == CONTENT
    assert not (home.inbox / "05" / "contacts.csv").exists()


def make_odd(kind: str, at: Path, target: Path) -> None:
    if kind == "symbolic link":
        at.symlink_to(target)
    elif kind == "hard link":
        os.link(target, at)
    elif kind == "FIFO":
        os.mkfifo(at)
    elif kind == "folder":
        at.mkdir()


@pytest.mark.parametrize("kind", ["symbolic link", "hard link", "FIFO", "folder", "absent"])
def test_only_a_regular_file_of_its_own_is_taken_in(home: Home, tmp_path: Path, kind: str) -> None:
    secret = tmp_path / "secret"
    secret.write_text("not for the warehouse")
    odd = home.inbox / "05" / "odd.csv"
    make_odd(kind, odd, secret)
    with pytest.raises(LandingError, match=r"odd\.csv.*: put down a"):
        Landing(home.landing).put_file(odd)
    assert not (home.landing / "sha256").exists()


def test_a_device_is_refused(home: Home) -> None:
    with pytest.raises(LandingError, match="not a regular file"):
        Landing(home.landing).put_file(Path("/dev/zero"))


def test_a_full_disk_leaves_nothing_behind(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_space(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(OSError, match="No space"):
        Landing(home.landing).put_bytes(CONTENT)
    assert landed(home) == []


def test_the_same_bytes_are_kept_once_and_cannot_be_written(home: Home) -> None:
    landing = Landing(home.landing)
    first = landing.put_file(home.inbox / "05" / "contacts.csv")
    inode = landing.path(SHA256).stat().st_ino
    assert landing.put_bytes(CONTENT) == first
    assert (first.sha256, first.bytes) == (SHA256, len(CONTENT))
    assert landing.path(SHA256).stat().st_ino == inode
    assert landing.path(SHA256).stat().st_mode & 0o777 == 0o444
    assert landed(home) == [SHA256]


def test_verify_finds_changed_and_foreign_files(home: Home) -> None:
    landing = Landing(home.landing)
    landing.put_bytes(CONTENT)
    assert landing.verify() == []
    place = landing.path(SHA256)
    place.chmod(0o644)
    place.write_bytes(CONTENT.replace(b"50", b"51"))
    (place.parent / "notes.txt").write_text("mine")
    faults = landing.verify()
    assert len(faults) == 2
    assert f"landing bytes {SHA256} were changed" in faults[0]
    assert "notes.txt does not belong there" in faults[1]


@pytest.mark.parametrize("sha256", ["", "../../etc/passwd", "AB" * 32, SHA256 + "0"])
def test_what_is_no_hash_never_becomes_a_path(home: Home, sha256: str) -> None:
    with pytest.raises(LandingError, match="is no SHA-256"):
        Landing(home.landing).path(sha256)


def received(home: Home, ledger: Ledger) -> dict[str, Path]:
    """One accepted delivery with everything that is derived from it; returns the files that hold its rows."""
    Landing(home.landing).put_bytes(CONTENT)
    ledger.append(
        "receipt",
        "r1",
        {
            "organiser_code": "05",
            "manifest_sha256": "ab" * 32,
            "files": [{"name": "contacts.csv", "sha256": SHA256, "bytes": len(CONTENT)}],
        },
        AT,
    )
    path = "care_contacts/2026-08/05-r1-0123.parquet"
    verdict = {
        "status": "accepted",
        "slice": {"path": path, "sha256": "", "rows": 1},
        "quarantine": {"path": "care_contacts/r1.parquet", "rows": 1},
    }
    ledger.append("verdict", "r1", verdict, AT)
    files = {
        "slice": home.parquet / path,
        "release": home.releases / "20261103T0000Z-0123" / "slices" / path,
        "quarantine": home.quarantine / "care_contacts/r1.parquet",
        "report": home.reports / "05" / "r1.csv",
        "page": home.reports / "05" / "r1.html",
    }
    for file in files.values():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("rows of persons")
    return files


def test_erasing_removes_bytes_and_derived_rows_and_says_so_for_ever(home: Home) -> None:
    with Ledger(home.ledger) as ledger:
        files = received(home, ledger)
        other = home.reports / "05" / "r10.html"
        other.write_text("another delivery")
        event = erase(home, ledger, SHA256, "sent to the wrong register", "A. Keeper", AT)
        assert event.body["receipts"] == ["r1"]
        assert (event.body["reason"], event.body["who"]) == ("sent to the wrong register", "A. Keeper")
        assert [name for name, file in files.items() if file.exists()] == []
        assert other.exists()
        with pytest.raises(Absent):
            Landing(home.landing).path(SHA256)
        assert ledger.verify([ledger.head()]) == []
        assert erase(home, ledger, SHA256, "again, with another reason", "B. Keeper", AT) == event


def test_an_erasure_that_a_crash_cut_short_is_finished(home: Home) -> None:
    script = (
        "import sys; from datetime import UTC, datetime; from pathlib import Path\n"
        "from sources.home import Home; from sources.landing import erase; from sources.ledger import Ledger\n"
        "home = Home(Path(sys.argv[1]))\n"
        "with Ledger(home.ledger) as ledger:\n"
        "    erase(home, ledger, sys.argv[2], 'a reason', 'A. Keeper', datetime(2026, 11, 3, tzinfo=UTC))\n"
    )
    with Ledger(home.ledger) as ledger:
        files = received(home, ledger)
    killed = subprocess.run(
        [sys.executable, "-c", script, home.root, SHA256], env=os.environ | {"SOTEVARASTO_KILL_AT": "ledger.committed"}
    )
    assert killed.returncode == -signal.SIGKILL
    assert files["slice"].exists()
    with Ledger(home.ledger) as ledger:
        finish_erasures(home, ledger)
    assert [name for name, file in files.items() if file.exists()] == []
    assert landed(home) == []


def test_erasing_a_snapshot_takes_the_replies_that_are_its_own(home: Home) -> None:
    landing = Landing(home.landing)
    index, own, shared, other = (
        landing.put_bytes(text.encode()).sha256 for text in ("index", "own", "shared", "other")
    )
    with Ledger(home.ledger) as ledger:
        for name, whole, parts in (("s1", index, (own, shared)), ("s2", other, (other, shared))):
            (home.parquet / f"{name}.parquet").write_text("rows")
            parquet = {"path": f"{name}.parquet", "rows": 1}
            body = {"sha256": whole, "parts": [{"sha256": part} for part in parts], "parquet": parquet}
            ledger.append("snapshot", name, body, AT)
        erase(home, ledger, index, "withdrawn by its source", "A. Keeper", AT)
        assert landed(home) == sorted([shared, other])
        assert [file.name for file in home.parquet.iterdir()] == ["s2.parquet"]
        assert missing_bytes(home, ledger) == []
        with pytest.raises(LandingError, match="no receipt or snapshot has bytes"):
            erase(home, ledger, shared, "a reason", "A. Keeper", AT)


def test_several_are_erased_together_or_when_one_is_unknown_none(home: Home) -> None:
    landing = Landing(home.landing)
    one, two, shared = (landing.put_bytes(text.encode()).sha256 for text in ("one", "two", "shared"))
    with Ledger(home.ledger) as ledger:
        for name, whole in (("s1", one), ("s2", two)):
            (home.parquet / f"{name}.parquet").write_text("rows")
            body = {"sha256": whole, "parts": [{"sha256": shared}], "parquet": {"path": f"{name}.parquet", "rows": 1}}
            ledger.append("snapshot", name, body, AT)
        with pytest.raises(LandingError, match="no receipt or snapshot has bytes cdcd"):
            erase_all(home, ledger, [one, "cd" * 32, two], "a reason", "A. Keeper", AT)
        assert (len(landed(home)), ledger.events("erasure")) == (3, [])
        events = erase_all(home, ledger, [two, one, two], "a reason", "A. Keeper", AT)
        assert [event.subject for event in events] == [two, one]
        assert landed(home) == list(home.parquet.iterdir()) == [], "what only the two shared goes with them"
        assert missing_bytes(home, ledger) == []


def test_erasing_several_killed_between_them_and_run_again_erases_all_once(home: Home) -> None:
    script = (
        "import sys; from datetime import UTC, datetime; from pathlib import Path\n"
        "from sources.home import Home; from sources.landing import erase_all; from sources.ledger import Ledger\n"
        "home = Home(Path(sys.argv[1]))\n"
        "with Ledger(home.ledger) as ledger:\n"
        "    erase_all(home, ledger, sys.argv[2:], 'a reason', 'A. Keeper', datetime(2026, 11, 3, tzinfo=UTC))\n"
    )
    other = Landing(home.landing).put_bytes(b"other").sha256
    with Ledger(home.ledger) as ledger:
        files = received(home, ledger)
        ledger.append("snapshot", "s1", {"sha256": other, "parquet": {"path": "s1.parquet", "rows": 1}}, AT)
    command = [sys.executable, "-c", script, home.root, SHA256, other]
    killed = subprocess.run(command, env=os.environ | {"SOTEVARASTO_KILL_AT": "ledger.committed"})
    assert killed.returncode == -signal.SIGKILL
    with Ledger(home.ledger) as ledger:
        assert [event.subject for event in ledger.events("erasure")] == [SHA256]
    subprocess.run(command, check=True)
    with Ledger(home.ledger) as ledger:
        assert [event.subject for event in ledger.events("erasure")] == [SHA256, other]
    assert [name for name, file in files.items() if file.exists()] == landed(home) == []


def test_erasing_needs_known_bytes_a_reason_and_a_name(home: Home) -> None:
    with Ledger(home.ledger) as ledger:
        received(home, ledger)
        with pytest.raises(LandingError, match="no receipt or snapshot has bytes"):
            erase(home, ledger, "cd" * 32, "a reason", "A. Keeper", AT)
        with pytest.raises(LandingError, match="needs a reason and a name"):
            erase(home, ledger, SHA256, " ", "A. Keeper", AT)
        assert ledger.events("erasure") == []


def test_bytes_that_vanished_are_missed_unless_they_were_erased(home: Home) -> None:
    with Ledger(home.ledger) as ledger:
        received(home, ledger)
        manifest = f"landing bytes {'ab' * 32} of receipt r1 are gone, and no erasure says why"
        assert missing_bytes(home, ledger) == [manifest]
        Landing(home.landing).path(SHA256).unlink()
        assert len(missing_bytes(home, ledger)) == 2
        erase(home, ledger, SHA256, "a reason", "A. Keeper", AT)
        assert missing_bytes(home, ledger) == [manifest]


def test_what_is_delivered_lands_apart_for_its_owner_alone(home: Home) -> None:
    landing = Landing(home.landing)
    stored = landing.put_bytes(CONTENT, is_restricted=True)
    path = landing.path(stored.sha256)
    assert path.relative_to(home.landing).parts[:2] == ("restricted", "sha256")
    assert path.stat().st_mode & 0o777 == 0o400
    folders = [folder for folder in path.parents if folder.is_relative_to(home.landing)]
    assert {folder.stat().st_mode & 0o777 for folder in folders} == {0o700}
    assert landing.put_bytes(CONTENT, is_restricted=True) == stored and landing.verify() == []
    path.chmod(0o600)
    path.write_bytes(b"changed")
    assert len(landing.verify()) == 1


def test_what_was_delivered_to_an_older_home_is_read_where_it_lies(home: Home) -> None:
    landing = Landing(home.landing)
    sha256 = landing.put_bytes(CONTENT).sha256
    assert landing.path(sha256).read_bytes() == CONTENT
    landing.put_bytes(CONTENT, is_restricted=True)
    assert landing.path(sha256).relative_to(home.landing).parts[0] == "restricted"
