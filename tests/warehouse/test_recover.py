"""After a kill at any step the next run ends where an undisturbed one would have."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sources.home import Home
from sources.landing import Landing, erase
from sources.ledger import Ledger, LedgerError
from tests.warehouse.made import World, night
from warehouse.read import open_release
from warehouse.recover import recover
from warehouse.release import current_release, release_heads, standing_releases

# A night as far as the warehouse goes, in a process that has none of the frameworks.
NIGHT = """
import sys
from pathlib import Path
from sources.home import Home
from sources.ledger import Ledger, LedgerError
from tests.warehouse.made import World, night
from warehouse.recover import recover

home = Home.open(Path(sys.argv[1]), "simulated")
with Ledger(home.ledger) as ledger:
    recover(home, ledger)
    print(World(home, ledger).release(night(int(sys.argv[2]))).release_id)
frameworks = {"dagster", "dbt", "great_expectations", "pandera", "ibis"} & {name.split(".")[0] for name in sys.modules}
sys.exit(f"imported {frameworks}" if frameworks else 0)
"""


def run_night(home: Home, day: int, kill_at: str = "") -> subprocess.CompletedProcess:
    environment = os.environ | {"SOTEVARASTO_KILL_AT": kill_at, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-c", NIGHT, str(home.root), str(day)]
    return subprocess.run(command, env=environment, capture_output=True, text=True)


def entries(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one release and one more delivery taken in."""
    home = Home.open(tmp_path_factory.mktemp("before") / "home", "simulated")
    with Ledger(home.ledger) as ledger:
        world = World(home, ledger)
        world.accept("r1", night(3))
        world.release(night(3))
        world.accept("r2", night(4), sequence=2)
    return home.root


@pytest.fixture(scope="module")
def unharmed(before: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The release that the next night ends in when nothing happens to it."""
    root = tmp_path_factory.mktemp("unharmed") / "home"
    shutil.copytree(before, root, symlinks=True)
    run = run_night(Home(root), 4)
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()


@pytest.mark.parametrize(
    ("kill_at", "is_swapped"),
    [
        ("publish.exported", False),
        ("publish.verified", False),
        ("publish.renamed", False),
        ("publish.swapped", True),
        ("ledger.before_commit", True),
        ("ledger.committed", True),
        ("publish.recorded", True),
    ],
)
def test_a_night_killed_at_any_step_of_publishing_ends_in_the_same_release(
    before: Path, unharmed: str, tmp_path: Path, kill_at: str, is_swapped: bool
) -> None:
    shutil.copytree(before, tmp_path / "home", symlinks=True)
    home = Home(tmp_path / "home")
    old = current_release(home).release_id
    killed = run_night(home, 4, kill_at)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    with open_release(home) as con:
        (seen,) = con.execute("SELECT release_id FROM meta.release").fetchone()
    assert seen == (unharmed if is_swapped else old)

    with Ledger(home.ledger) as ledger:
        recover(home, ledger)
        assert World(home, ledger).release(night(4)) == current_release(home)
        assert current_release(home).release_id == unharmed
        assert entries(home.releases) == sorted([old, unharmed])
        assert [event.subject for event in ledger.events("release")] == [old, unharmed]
        assert ledger.verify(release_heads(home)) == []
        assert recover(home, ledger) == []


def test_a_swap_that_was_never_recorded_is_recorded(before: Path, unharmed: str, tmp_path: Path) -> None:
    shutil.copytree(before, tmp_path / "home", symlinks=True)
    home = Home(tmp_path / "home")
    run_night(home, 4, "publish.swapped")
    with Ledger(home.ledger) as ledger:
        assert ledger.get("release", unharmed) is None
        assert recover(home, ledger) == [f"recorded release {unharmed}, which was current already"]
        assert ledger.get("release", unharmed).at == night(4)
        assert release_heads(home)[-1] == ledger.head()
        assert recover(home, ledger) == []


def test_half_releases_and_unfinished_files_are_removed(world: World) -> None:
    world.accept("r1", night(3))
    good = world.release(night(3)).release_id
    home = world.home
    half = home.releases / "20261104T0000Z-0123456789ab"
    half.mkdir()
    (half / "marts.duckdb").write_bytes(b"half")
    (home.releases / "20261104T0000Z-ba9876543210").symlink_to(home.build)
    for folder in (home.root, home.landing / "sha256", home.parquet / "care_contacts", home.reports, home.releases):
        (folder / ".tmp-0123").write_bytes(b"half")
    (home.releases / ".tmp-4567").mkdir()
    (home.releases / ".tmp-4567" / "marts.duckdb").write_bytes(b"being removed")
    (home.inbox / "05").mkdir()
    (home.inbox / "05" / ".tmp-upload").write_bytes(b"the sender's own")

    assert recover(home, world.ledger) == [
        "removed 6 unfinished files",
        "removed the incomplete release 20261104T0000Z-0123456789ab",
        "removed the unfinished build of release 20261104T0000Z-ba9876543210",
    ]
    assert entries(home.releases) == [good]
    assert entries(home.root / "inbox" / "05") == [".tmp-upload"]
    assert not list(home.parquet.rglob(".tmp-*"))
    assert recover(home, world.ledger) == []


def test_a_release_renamed_but_never_swapped_is_removed(world: World) -> None:
    world.accept("r1", night(3))
    good = world.release(night(3)).release_id
    facts = json.loads((world.home.releases / good / "release.json").read_text())
    orphan = "20261104T0000Z-0123456789ab"
    shutil.copytree(world.home.releases / good, world.home.releases / orphan)
    (world.home.releases / orphan / "release.json").unlink()
    (world.home.releases / orphan / "release.json").write_text(json.dumps(facts | {"release_id": orphan}))
    assert len(standing_releases(world.home)) == 2
    assert recover(world.home, world.ledger) == [f"removed release {orphan}, which is no longer kept"]
    assert entries(world.home.releases) == [good]


@pytest.mark.parametrize("fault", ["absent", "dangling"])
def test_a_lost_current_link_goes_back_to_the_newest_release(world: World, fault: str) -> None:
    made = []
    for number in (1, 2):
        world.accept(f"r{number}", night(2 + number), sequence=number)
        made.append(world.release(night(2 + number)).release_id)
    world.home.current.unlink()
    if fault == "dangling":
        world.home.current.symlink_to("releases/gone")
    assert recover(world.home, world.ledger) == [f"pointed current to release {made[1]}, the newest that stands"]
    assert current_release(world.home).release_id == made[1]


def test_a_home_that_lost_all_its_releases_starts_anew(world: World) -> None:
    world.accept("r1", night(3))
    lost = world.release(night(3))
    shutil.rmtree(world.home.releases / lost.release_id)
    assert recover(world.home, world.ledger) == ["removed the link current, which pointed to nothing"]
    assert current_release(world.home) is None
    assert world.release(night(3)).tables == lost.tables
    assert current_release(world.home).release_id == lost.release_id


def test_an_erasure_cut_short_is_finished(world: World) -> None:
    sha256 = world.accept("r1", night(3))
    body = {
        "bytes": [sha256],
        "receipts": ["r1"],
        "snapshots": [],
        "parquet": ["care_contacts/2026-08/05-r1-0123456789ab.parquet"],
        "quarantine": ["care_contacts/r1.parquet"],
        "reports": ["05/r1"],
        "reason": "a reason",
        "who": "A. Keeper",
    }
    world.ledger.append("erasure", sha256, body, night(4))
    recover(world.home, world.ledger)
    assert not Landing(world.home.landing).has(sha256)
    assert not list(world.home.parquet.rglob("*r1*"))
    assert not list(world.home.quarantine.rglob("*r1*"))


def test_a_new_home_needs_no_mending(world: World) -> None:
    assert recover(world.home, world.ledger) == []


def test_an_erasure_leaves_nothing_of_the_rows_in_a_build_that_was_never_published(world: World) -> None:
    sha256 = world.accept("r1", night(3))
    world.stage(night(3))
    assert list(world.home.build.rglob("*r1*"))
    erase(world.home, world.ledger, sha256, "sent by mistake", "A. Keeper", night(4))
    assert list(world.home.build.iterdir()) == []


def test_a_ledger_that_lost_rows_of_a_release_is_refused(world: World, tmp_path: Path) -> None:
    world.accept("r1", night(3))
    world.release(night(3))
    with (
        Ledger(tmp_path / "other.sqlite") as shorter,
        pytest.raises(LedgerError, match="restore the ledger from a backup"),
    ):
        recover(world.home, shorter)
