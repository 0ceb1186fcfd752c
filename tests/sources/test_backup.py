"""A backup is whole or it is none, and a restore brings back just what was there or nothing."""

import fcntl
import json
import os
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sources.backup import SUMS, Backup, BackupError, holding_erased, make_backup, sealed_backups, verify_backup
from sources.home import Home, HomeError
from sources.landing import Landing, erase
from sources.ledger import Ledger
from sources.restore import restore
from tests.old_home import unpack_old_home

AT = datetime(2026, 11, 4, tzinfo=UTC)
REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.open(unpack_old_home(tmp_path / "a home ä").root, "simulated")


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "backups"


@pytest.fixture
def backup(home: Home, target: Path) -> Backup:
    return make_backup(home, target)


def held(root: Path) -> dict[str, bytes]:
    """What lies in a home or a backup that a restore must bring back, the ledger as its rows."""
    folders = ("landing", "parquet", "quarantine", "checks", "simulator/sent")
    files = (p for name in folders for p in (root / name).rglob("*") if p.is_file())
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in files}


def rows(home: Home) -> list:
    with Ledger(home.ledger) as ledger:
        return ledger.rows()


def some(folder: Path, pattern: str) -> Path:
    return next(p for p in sorted(folder.glob(pattern)) if p.is_file() and p.stat().st_size)


def spoil(path: Path, how: str) -> None:
    path.parent.chmod(0o700)
    data = path.read_bytes()
    path.unlink()  # never through a hard link: the other backups' bytes are the same file
    if how != "gone":
        path.write_bytes(data[: len(data) // 2] if how == "cut" else bytes([data[0] ^ 1]) + data[1:])


def command(*arguments: str, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "sotevarasto", *arguments],
        capture_output=True,
        text=True,
        env=os.environ | environment,
        cwd=REPOSITORY,
        check=False,
    )


@pytest.mark.parametrize("how", ["cut", "flipped", "gone"])
@pytest.mark.parametrize("pattern", ["ledger.sqlite", "landing/**/sha256/*/*", "parquet/care_contacts/*/*", SUMS])
def test_a_damaged_backup_is_refused_and_nothing_is_restored(backup, tmp_path, pattern, how):
    spoil(some(backup.folder, pattern), how)
    with pytest.raises(BackupError) as told:
        restore(Backup.read(backup.folder), tmp_path / "new", "simulated")
    assert "\n" not in str(told.value) and "backup" in str(told.value)
    assert not (tmp_path / "new").exists()


def test_a_file_slipped_into_a_backup_is_seen(backup, tmp_path):
    (backup.folder / "parquet" / "care_contacts" / "more.parquet").write_bytes(b"x")
    with pytest.raises(BackupError, match=r"more\.parquet was added"):
        restore(backup, tmp_path / "new", "simulated")


def test_a_list_of_sums_that_leads_out_of_the_backup_is_refused(backup, tmp_path):
    sums = (backup.folder / SUMS).read_text() + f"{'0' * 64}  ../../etc/passwd\n"
    (backup.folder / SUMS).write_text(sums)
    with pytest.raises(BackupError, match="not as it was sealed"):
        restore(Backup.read(backup.folder), tmp_path / "new", "simulated")


def test_a_ledger_rewritten_with_its_sums_is_still_seen_by_its_head(backup, tmp_path):
    """Whoever writes the sums anew cannot make the chain fit the head that was kept apart from it."""
    facts = json.loads((backup.folder / "backup.json").read_text())
    facts["head"]["hash"] = "0" * 64
    (backup.folder / "backup.json").write_text(json.dumps(facts))
    with pytest.raises(BackupError, match="the chain was rewritten"):
        restore(Backup.read(backup.folder), tmp_path / "new", "simulated")


def test_a_folder_that_is_no_backup_is_refused_and_the_newest_in_it_is_named(backup, target, tmp_path):
    with pytest.raises(BackupError, match=backup.folder.name):
        Backup.read(target)
    with pytest.raises(BackupError, match="take another backup"):
        Backup.read(tmp_path)


def test_a_restore_into_a_home_that_holds_something_is_refused(backup, home, tmp_path):
    before = held(home.root)
    with pytest.raises(BackupError, match="is not empty"):
        restore(backup, home.root, "simulated")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.odt").write_text("x")
    with pytest.raises(BackupError, match="is not empty"):
        restore(backup, tmp_path / "mine", "simulated")
    assert held(home.root) == before and len(list((tmp_path / "mine").iterdir())) == 1


def test_a_backup_of_the_other_profile_or_of_newer_code_is_refused(backup, tmp_path):
    with pytest.raises(BackupError, match="SOTEVARASTO_PROFILE=simulated"):
        restore(backup, tmp_path / "new", "live")
    facts = json.loads((backup.folder / "backup.json").read_text())
    (backup.folder / "backup.json").write_text(json.dumps(facts | {"home_format": 99}))
    with pytest.raises(BackupError, match="home format 99"):
        restore(Backup.read(backup.folder), tmp_path / "new", "simulated")


@pytest.mark.parametrize("pattern", ["landing/**/sha256/*/*", "parquet/care_contacts/*/*"])
@pytest.mark.parametrize("how", ["flipped", "gone"])
def test_a_damaged_home_is_not_saved_and_the_backup_before_stays(backup, home, target, pattern, how):
    spoil(some(home.root, pattern), how)
    with pytest.raises(BackupError, match=r"was changed|is missing"):
        make_backup(home, target)
    assert [p.name for p in target.iterdir()] == [backup.folder.name]
    assert verify_backup(backup) == []


def test_a_backup_inside_the_home_is_refused(home):
    with pytest.raises(BackupError, match="elsewhere"):
        make_backup(home, home.root / "backups")


def test_two_backups_at_once_do_not_mix(home, target):
    target.mkdir()
    descriptor = os.open(target, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        with pytest.raises(BackupError, match="another backup is being made"):
            make_backup(home, target)
    finally:
        os.close(descriptor)
    assert list(target.iterdir()) == []


POINTS = ["backup.ledger_copied", "backup.file_copied", "backup.file_copied:5", "backup.filled", "backup.sealed"]


@pytest.mark.parametrize("point", POINTS)
def test_a_killed_backup_is_none_and_the_next_one_is_whole(home, target, point):
    done = command("backup", str(target), SOTEVARASTO_HOME=str(home.root), SOTEVARASTO_KILL_AT=point)
    assert done.returncode == -9
    assert len(sealed_backups(target)) == (point == "backup.sealed")
    done = command("backup", str(target), "--keep", "1", SOTEVARASTO_HOME=str(home.root))
    assert done.returncode == 0, done.stderr
    (only,) = target.iterdir()
    assert verify_backup(Backup.read(only)) == []


@pytest.mark.parametrize("point", ["restore.marked", "restore.file_copied", "restore.file_copied:6"])
def test_a_killed_restore_refuses_everything_until_it_is_run_again(backup, home, tmp_path, point):
    place = {"SOTEVARASTO_HOME": str(tmp_path / "new")}
    assert command("restore", str(backup.folder), SOTEVARASTO_KILL_AT=point, **place).returncode == -9
    with pytest.raises(HomeError, match="a restore into it has not ended"):
        Home.open(tmp_path / "new", "simulated")
    refused = command("nightly", **place)
    assert (refused.returncode, len(refused.stderr.splitlines())) == (2, 1)
    done = command("restore", str(backup.folder), **place)
    assert done.returncode == 0, done.stderr
    assert held(tmp_path / "new") == held(home.root)
    assert not list((tmp_path / "new").rglob(".tmp-*"))


def can_mount() -> bool:
    command = ["unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not can_mount(), reason="this machine lets no ordinary process mount a small disk")
@pytest.mark.parametrize("kilobytes", [40, 300, 1500])
def test_a_full_disk_ends_a_backup_in_one_line_and_leaves_no_half_one(home, tmp_path, kilobytes):
    """The disk is too small for the ledger, for the first files, for all of them."""
    small = tmp_path / "small"
    small.mkdir()
    script = (
        f'mount -t tmpfs -o size={kilobytes}k tmpfs "$1" || exit 99; "$2" -m sotevarasto backup "$1/backups"; code=$?;'
        ' find "$1/backups" -mindepth 1 | wc -l; exit $code'
    )
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", script, "sh", str(small), sys.executable],
        capture_output=True,
        text=True,
        env=os.environ | {"SOTEVARASTO_HOME": str(home.root)},
        cwd=REPOSITORY,
        check=False,
    )
    assert done.returncode == 2, done.stdout + done.stderr
    assert len(done.stderr.strip().splitlines()) == 1 and "space" in done.stderr, done.stderr
    assert done.stdout.strip() == "0"


@pytest.mark.skipif(not can_mount(), reason="this machine lets no ordinary process mount a small disk")
def test_a_full_disk_ends_a_restore_in_one_line_and_the_home_stays_refused(backup, tmp_path):
    small = tmp_path / "small"
    small.mkdir()
    script = (
        'mount -t tmpfs -o size=1500k tmpfs "$1" || exit 99; export SOTEVARASTO_HOME="$1/home";'
        ' "$2" -m sotevarasto restore "$3"; code=$?; "$2" -m sotevarasto nightly; exit $code'
    )
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", script, "sh", str(small), sys.executable, str(backup.folder)],
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        check=False,
    )
    full, refused = done.stderr.strip().splitlines()
    assert done.returncode == 2 and "space" in full
    assert "run the same `sotevarasto restore` again" in refused


def test_what_is_restored_is_what_was_saved_and_the_chain_goes_on(backup, home, tmp_path):
    new = restore(backup, tmp_path / "new ä", "simulated")
    assert held(new.root) == held(home.root)
    assert rows(new) == rows(home)
    with Ledger(new.ledger) as ledger:
        ledger.append("night", "2026-11-05", {"day": 3, "profile": "simulated"}, AT)
        assert ledger.verify([backup.head]) == []
    assert {p.stat().st_mode & 0o777 for p in (new.root, *new.root.rglob("*")) if p.is_dir()} == {0o700}


def test_an_empty_folder_that_exists_is_taken(backup, tmp_path):
    (tmp_path / "mount point").mkdir()
    restore(backup, tmp_path / "mount point", "simulated")
    assert Home.open(tmp_path / "mount point", "simulated").profile == "simulated"


def test_the_list_of_sums_is_one_that_sha256sum_reads(backup):
    done = subprocess.run(["sha256sum", "--quiet", "-c", SUMS], cwd=backup.folder, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout


def test_a_second_backup_shares_the_bytes_of_the_first_and_never_those_of_the_home(backup, home, target):
    second = make_backup(home, target)
    landed = some(home.root, "landing/**/sha256/*/*").relative_to(home.root)
    inodes = [(root / landed).stat().st_ino for root in (home.root, backup.folder, second.folder)]
    assert inodes[1] == inodes[2] != inodes[0]


def test_a_damaged_earlier_backup_is_not_linked_to(backup, home, target):
    victim = some(backup.folder, "landing/**/sha256/*/*")
    data = victim.read_bytes()
    victim.chmod(0o600)
    victim.write_bytes(bytes([data[0] ^ 1]) + data[1:])
    second = make_backup(home, target)
    assert verify_backup(second) == []
    assert verify_backup(backup) != []


def test_erased_bytes_leave_the_next_backup_and_the_earlier_ones_are_named(backup, home, target, tmp_path):
    with Ledger(home.ledger) as ledger:
        sha256 = ledger.events("receipt")[0].body["files"][0]["sha256"]
        erase(home, ledger, sha256, "asked for", "tester", AT)
        second = make_backup(home, target)
        assert holding_erased(target, ledger) == [backup.folder]
    assert Landing(backup.folder / "landing").has(sha256)
    assert not Landing(second.folder / "landing").has(sha256)
    new = restore(second, tmp_path / "new", "simulated")
    assert not Landing(new.landing).has(sha256)


def test_only_the_newest_are_kept_when_asked_and_all_otherwise(home, target):
    made = [make_backup(home, target).folder for _ in range(3)]
    assert sealed_backups(target) == made
    newest = make_backup(home, target, keep=2).folder
    assert sealed_backups(target) == [made[-1], newest] == sorted(target.iterdir())


def test_a_backup_made_while_deliveries_are_taken_in_is_whole(home, target):
    """Bytes and events are added as fast as they go; whatever moment a backup catches, its ledger names nothing that it lacks."""
    stop, added = threading.Event(), []

    def take_in() -> None:
        landing = Landing(home.landing)
        with Ledger(home.ledger) as ledger:
            while not stop.is_set():
                number = len(added)
                put = landing.put_bytes(f"delivery {number}".encode())
                body = {"manifest_sha256": put.sha256, "files": [], "organiser_code": "05"}
                ledger.append("receipt", f"{number:016d}", body, AT)
                added.append(put.sha256)

    worker = threading.Thread(target=take_in)
    worker.start()
    try:
        seen = []
        for _ in range(4):
            made = make_backup(home, target)
            assert verify_backup(made) == []
            seen.append(made.head.seq)
    finally:
        stop.set()
        worker.join()
    assert len(added) > 20 and seen == sorted(set(seen)), "the backups caught different moments"


def test_the_command_says_what_was_saved_and_what_was_restored(home, target, tmp_path):
    saved = command("backup", str(target), SOTEVARASTO_HOME=str(home.root))
    assert saved.returncode == 0 and "13 events" in saved.stdout and "proven" in saved.stdout
    (folder,) = sealed_backups(target)
    back = command("restore", str(folder), SOTEVARASTO_HOME=str(tmp_path / "new"))
    assert back.returncode == 0 and "run sotevarasto nightly" in back.stdout
    verified = command("ledger", "verify", SOTEVARASTO_HOME=str(tmp_path / "new"))
    assert verified.returncode == 0, verified.stdout
