"""The units of deploy/systemd are what systemd takes, and call what there is."""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from orchestration.jobs import every_night
from orchestration.watch import DEADLINE
from sotevarasto.cli import main

REPOSITORY = Path(__file__).parents[2]
FOLDER = REPOSITORY / "deploy" / "systemd"
UNITS = sorted([*FOLDER.glob("*.service"), *FOLDER.glob("*.timer")])
needs = {
    tool: pytest.mark.skipif(shutil.which(tool) is None, reason=f"{tool} is not on this machine")
    for tool in ("systemd-analyze", "systemd-tmpfiles")
}


def placed(tmp_path: Path) -> list[Path]:
    """The units as they would stand on a machine, with this repository in the place of /opt/sotevarasto; links, for its folder may have a name that a unit would have to escape."""
    program = Path(sys.executable).parent / "sotevarasto"
    repository, called = tmp_path / "repository", tmp_path / "called"
    repository.symlink_to(REPOSITORY)
    called.symlink_to(program if program.exists() else sys.executable)
    here = {
        "/opt/sotevarasto/.venv/bin/sotevarasto": str(called),
        "/opt/sotevarasto": str(repository),
        "/etc/sotevarasto/environment": str(repository / "deploy" / "systemd" / "environment"),
    }
    for unit in UNITS:
        text = unit.read_text(encoding="utf-8")
        for old, new in here.items():
            text = text.replace(old, new)
        (tmp_path / unit.name).write_text(text, encoding="utf-8")
    return [tmp_path / unit.name for unit in UNITS]


def verified(units: list[Path]) -> str:
    command = ["systemd-analyze", "verify", "--man=no", *map(str, units)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stderr if done.returncode == 0 else f"exit {done.returncode}: {done.stderr}"


@needs["systemd-analyze"]
def test_systemd_finds_a_misspelt_setting(tmp_path):
    units = placed(tmp_path)
    units[0].write_text(units[0].read_text().replace("UMask=", "UMaks="))
    assert "UMaks" in verified(units)


@needs["systemd-analyze"]
def test_systemd_has_nothing_to_say_of_the_units(tmp_path):
    assert len(UNITS) == 8
    assert verified(placed(tmp_path)) == ""


@needs["systemd-analyze"]
@pytest.mark.parametrize("unit", [u for u in UNITS if u.suffix == ".timer"], ids=lambda u: u.name)
def test_a_timers_moment_is_one_that_systemd_understands(unit):
    (moment,) = re.findall(r"^OnCalendar=(.+)$", unit.read_text(), re.MULTILINE)
    subprocess.run(["systemd-analyze", "calendar", moment], capture_output=True, check=True)


def test_the_hours_are_those_of_the_schedule_and_the_watch():
    def hour(name: str) -> str:
        return re.search(r"OnCalendar=\*-\*-\* (\d\d):00:00 Europe/Helsinki", (FOLDER / name).read_text())[1]

    assert f"0 {int(hour('sotevarasto-night.timer'))} * * *" == every_night.cron_schedule
    assert int(hour("sotevarasto-watch.timer")) == DEADLINE.hour


@pytest.mark.parametrize("unit", [u for u in UNITS if u.suffix == ".service"], ids=lambda u: u.name)
def test_a_service_calls_a_command_that_there_is_as_its_own_user_and_privately(unit):
    text = unit.read_text(encoding="utf-8")
    (command,) = re.findall(r"^ExecStart=/opt/sotevarasto/\.venv/bin/sotevarasto (\w+)", text, re.MULTILINE)
    assert command in main.commands
    for line in ("User=sotevarasto", "UMask=0077", "ProtectSystem=strict", "NoNewPrivileges=true"):
        assert re.search(f"^{line}$", text, re.MULTILINE), line


def test_the_environment_holds_no_secret_and_names_only_settings_that_the_code_reads():
    code = "".join(
        p.read_text(encoding="utf-8")
        for room in ("sources", "orchestration", "sotevarasto")
        for p in (REPOSITORY / room).rglob("*.py")
    )
    settings = re.findall(r"^#?(SOTEVARASTO_\w+)=(.*)$", (FOLDER / "environment").read_text(), re.MULTILINE)
    assert len(settings) == 5
    for name, value in settings:
        assert f'"{name}"' in code, name
        assert "password" not in value and "://" not in value


@needs["systemd-tmpfiles"]
def test_only_old_logs_are_cleaned(tmp_path):
    logs = tmp_path / "logs"
    logs.mkdir()
    (tmp_path / "ledger.sqlite").write_text("old")
    for name, days in (("old.txt", 200), ("new.txt", 10)):
        (logs / name).write_text(name)
        os.utime(logs / name, (time.time(), time.time() - days * 86_400))
    os.utime(tmp_path / "ledger.sqlite", (0, 0))
    conf = tmp_path / "sotevarasto.conf"
    conf.write_text((FOLDER / "sotevarasto.tmpfiles.conf").read_text().replace("/var/lib/sotevarasto", str(tmp_path)))
    subprocess.run(["systemd-tmpfiles", "--clean", str(conf)], capture_output=True, check=True)
    assert [p.name for p in logs.iterdir()] == ["new.txt"]
    assert (tmp_path / "ledger.sqlite").exists()
