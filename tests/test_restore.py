"""A night on what was restored rebuilds the release that was lost; a home of the first slice's code goes on under today's."""

import json
from pathlib import Path

import pytest

from sources.backup import sealed_backups
from sources.home import FORMAT
from tests import small_night
from tests.old_home import unpack_old_home

pytestmark = pytest.mark.slow


def release(home: Path) -> dict:
    return json.loads((home / "current" / "release.json").read_text(encoding="utf-8"))


def test_a_night_on_a_restored_home_rebuilds_the_same_release(tmp_path):
    home, new = tmp_path / "home", tmp_path / "new"
    first = small_night.run(home)
    assert first.returncode == 0, first.stdout + first.stderr
    assert small_night.run(home, "backup", str(tmp_path / "backups")).returncode == 0
    (folder,) = sealed_backups(tmp_path / "backups")
    assert small_night.run(new, "restore", str(folder)).returncode == 0
    assert not (new / "current").exists()
    again = small_night.run(new)
    assert again.returncode == 0, again.stdout + again.stderr
    assert release(new)["tables"] == release(home)["tables"]
    assert release(new)["release_id"] == release(home)["release_id"]
    verified = small_night.run(new, "ledger", "verify")
    assert verified.returncode == 0, verified.stdout


def test_a_home_of_the_format_before_goes_on_with_todays_code_and_keeps_what_it_had(tmp_path):
    home = unpack_old_home(tmp_path / "home")
    before = small_night.run(home.root, "status")
    assert before.returncode == 0 and "20261102T0000Z-" in before.stdout, before.stderr
    done = small_night.run(home.root)
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads((home.root / "home.json").read_text())["format"] == FORMAT
    question = "select rows_accepted as n from dq.delivery where dataset = 'care_contacts' and status = 'accepted'"
    asked = small_night.run(home.root, "sql", "--format", "json", question)
    assert json.loads(asked.stdout) == [{"n": 887}]
    verified = small_night.run(home.root, "ledger", "verify")
    assert verified.returncode == 0, verified.stdout
