"""Writes are whole or not there, and a kill point ends a process where a test wants it to."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sources.durable import TEMP_PREFIX, alone_in, replace_file, temp_path, write_atomic
from sources.errors import SotevarastoError


def test_a_write_that_fails_leaves_the_old_file_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "facts.json"
    write_atomic(file, "old")

    def no_space(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(OSError, match="No space"):
        write_atomic(file, "new")
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_a_write_replaces_the_whole_file_with_the_given_mode(tmp_path: Path) -> None:
    file = tmp_path / "facts.json"
    write_atomic(file, "a longer first text")
    write_atomic(file, "ä".encode(), mode=0o444)
    assert file.read_bytes() == b"\xc3\xa4"
    assert file.stat().st_mode & 0o777 == 0o444


def test_a_temporary_name_lies_in_the_same_folder_and_is_known_by_its_prefix(tmp_path: Path) -> None:
    tmp = temp_path(tmp_path / "slice.parquet")
    assert tmp.parent == tmp_path
    assert tmp.name.startswith(TEMP_PREFIX)
    tmp.write_bytes(b"rows")
    replace_file(tmp, tmp_path / "slice.parquet", mode=0o600)
    assert [(file.name, file.stat().st_mode & 0o777) for file in tmp_path.iterdir()] == [("slice.parquet", 0o600)]


def test_a_folder_is_held_by_one_at_a_time_and_free_again_afterwards(tmp_path: Path) -> None:
    taken = SotevarastoError("another works there")
    with (
        alone_in(tmp_path, taken),
        pytest.raises(SotevarastoError, match="another works there"),
        alone_in(tmp_path, taken),
    ):
        pass
    with alone_in(tmp_path, taken):
        assert tmp_path.is_dir()


@pytest.mark.parametrize(
    ("kill_at", "passes"),
    [("step", 0), ("step:1", 0), ("step:3", 2), ("step:9", 5), ("other", 5), ("", 5)],
)
def test_a_kill_point_ends_the_process_on_the_named_pass(kill_at: str, passes: int) -> None:
    script = "from sources.durable import kill_point\nfor n in range(5):\n    kill_point('step'); print(n, flush=True)"
    run = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | {"SOTEVARASTO_KILL_AT": kill_at},
        capture_output=True,
        text=True,
    )
    assert len(run.stdout.split()) == passes
    assert run.returncode == (0 if passes == 5 else -signal.SIGKILL)
