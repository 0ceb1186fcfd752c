"""A secret is read from a file that only its user may read, or not at all."""

import os
from pathlib import Path

import pytest

from sources.secrets import SecretError, secret

NAME = "SOTEVARASTO_SOME_FILE"


@pytest.fixture
def place(tmp_path: Path, monkeypatch) -> Path:
    path = tmp_path / "a secret"
    path.write_text("hunter2\n")
    path.chmod(0o600)
    monkeypatch.setenv(NAME, str(path))
    return path


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o620, 0o700, 0o666])
def test_a_file_that_others_may_read_is_refused_with_its_mode_and_without_the_secret(place, mode):
    place.chmod(mode)
    with pytest.raises(SecretError, match=f"has mode {mode:04o}.*chmod 0600") as told:
        secret(NAME)
    assert "hunter2" not in str(told.value) and "\n" not in str(told.value)


@pytest.mark.parametrize("content", ["", "\n \n", "one\ntwo\n", "x" * 20_000])
def test_a_file_that_holds_no_single_line_is_refused(place, content):
    place.write_text(content)
    with pytest.raises(SecretError, match="must hold one line"):
        secret(NAME)


def test_what_is_no_regular_file_is_refused_at_once(place, tmp_path, monkeypatch):
    link, fifo = tmp_path / "link", tmp_path / "fifo"
    link.symlink_to(place)
    os.mkfifo(fifo, 0o600)
    for path in (link, fifo, tmp_path, tmp_path / "absent"):
        monkeypatch.setenv(NAME, str(path))
        with pytest.raises(SecretError, match="0600"):
            secret(NAME)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_of_another_user_is_refused(place):
    os.chown(place, 65534, 65534)
    with pytest.raises(SecretError, match="belongs to another user"):
        secret(NAME)


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_private_file_gives_its_line(place, mode):
    place.chmod(mode)
    assert secret(NAME) == "hunter2"


def test_a_variable_that_is_not_set_is_no_secret(monkeypatch):
    monkeypatch.delenv(NAME, raising=False)
    assert secret(NAME) is None
