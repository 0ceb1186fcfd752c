"""A home is one folder of one profile and one format, and refuses to be anything else."""

import json
from pathlib import Path

import pytest

from sources.home import Home, HomeError, current_profile, default_home
from sources.landing import Landing, missing_bytes
from sources.ledger import Ledger
from tests.old_home import unpack_old_home


def test_a_home_refuses_the_other_profile(tmp_path: Path) -> None:
    Home.open(tmp_path / "home", "simulated")
    with pytest.raises(HomeError, match="is a simulated home and refuses profile live"):
        Home.open(tmp_path / "home", "live")


@pytest.mark.parametrize("number", [0, 4, None, "2"])
def test_a_home_of_a_format_that_this_code_does_not_know_is_refused_and_left_alone(tmp_path: Path, number) -> None:
    Home.open(tmp_path, "simulated")
    stamp = json.dumps({"format": number, "profile": "simulated"})
    (tmp_path / "home.json").write_text(stamp)
    with pytest.raises(HomeError, match=f"home format {number}, this code reads 1 to 3"):
        Home.open(tmp_path, "simulated")
    assert (tmp_path / "home.json").read_text() == stamp


def test_a_home_of_the_other_profile_is_not_upgraded(tmp_path: Path) -> None:
    home = unpack_old_home(tmp_path / "home")
    with pytest.raises(HomeError, match="refuses profile live"):
        Home.open(home.root, "live")
    assert json.loads((home.root / "home.json").read_text())["format"] == 1


def test_a_home_of_the_format_before_is_brought_up_and_everything_in_it_still_proves_itself(tmp_path: Path) -> None:
    old = unpack_old_home(tmp_path / "home")
    assert not old.checks.exists()
    home = Home.open(old.root, "simulated")
    assert json.loads((home.root / "home.json").read_text()) == {"format": 3, "profile": "simulated"}
    assert home.checks.is_dir() and (home.landing / "restricted").is_dir()
    with Ledger(home.ledger) as ledger:
        assert ledger.verify() == missing_bytes(home, ledger) == Landing(home.landing).verify() == []
        assert [e.body["rows_accepted"] for e in ledger.events("verdict")] == [887]


def test_an_upgrade_cut_short_is_done_again(tmp_path: Path) -> None:
    old = unpack_old_home(tmp_path / "home")
    old.checks.mkdir()
    assert Home.open(old.root, "simulated").profile == "simulated"


@pytest.mark.parametrize("stamp", ["", "[1]", "{"])
def test_a_broken_stamp_is_refused(tmp_path: Path, stamp: str) -> None:
    Home.open(tmp_path, "simulated")
    (tmp_path / "home.json").write_text(stamp)
    with pytest.raises(HomeError, match=r"home\.json: cannot be read"):
        Home.open(tmp_path, "simulated")


def test_an_unknown_profile_is_refused(tmp_path: Path) -> None:
    with pytest.raises(HomeError, match="one of simulated, live"):
        Home.open(tmp_path, "production")


def test_a_folder_that_holds_something_else_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.odt").write_text("mine")
    with pytest.raises(HomeError, match=r"holds other files \(thesis\.odt\)"):
        Home.open(tmp_path, "simulated")
    assert [entry.name for entry in tmp_path.iterdir()] == ["thesis.odt"]


def test_a_file_in_the_place_of_the_home_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    with pytest.raises(HomeError, match="must be a folder that this user may write"):
        Home.open(tmp_path / "home", "simulated")


def test_a_path_that_would_be_a_pattern_is_refused(tmp_path: Path) -> None:
    with pytest.raises(HomeError, match="file patterns"):
        Home.open(tmp_path / "a[b]", "simulated")


def test_opening_makes_private_folders_and_may_be_repeated(tmp_path: Path) -> None:
    root = tmp_path / "a folder with ä"
    assert Home.open(root, "live") == Home.open(root, "live")
    home = Home.open(root, "live")
    assert home.profile == "live"
    assert {entry.stat().st_mode & 0o777 for entry in (root, *root.iterdir()) if entry.is_dir()} == {0o700}
    for folder in (
        home.inbox,
        home.landing,
        home.parquet,
        home.quarantine,
        home.checks,
        home.build,
        home.releases,
        home.reports,
    ):
        assert folder.is_dir()


def test_a_home_half_made_by_a_crash_is_taken_up(tmp_path: Path) -> None:
    (tmp_path / ".tmp-0123").write_text("{")
    (tmp_path / "dagster").mkdir()
    assert Home.open(tmp_path, "simulated").profile == "simulated"


def test_the_home_follows_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOTEVARASTO_HOME", raising=False)
    monkeypatch.delenv("SOTEVARASTO_PROFILE", raising=False)
    assert current_profile() == "simulated"
    assert default_home("live").parts[-2:] == ("var", "live")
    monkeypatch.setenv("SOTEVARASTO_HOME", str(tmp_path))
    monkeypatch.setenv("SOTEVARASTO_PROFILE", "live")
    assert current_profile() == "live"
    assert default_home("live") == tmp_path
