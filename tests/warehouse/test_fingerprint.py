"""The fingerprint moves with whatever can move a figure, and with nothing else."""

from pathlib import Path

import pytest

from warehouse.fingerprint import code_fingerprint, input_fingerprint


@pytest.fixture
def code(tmp_path: Path) -> Path:
    for name in ("sources/a.py", "dbt_project/models/m.sql", "dbt_project/seeds/s.csv", "requirements.lock"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    return tmp_path


@pytest.mark.parametrize(
    "name", ["sources/a.py", "dbt_project/models/m.sql", "dbt_project/seeds/s.csv", "requirements.lock"]
)
def test_any_change_of_code_model_seed_or_pin_moves_it(code: Path, name: str) -> None:
    before = code_fingerprint(code)
    (code / name).write_text("changed")
    assert code_fingerprint(code) != before


def test_a_renamed_file_moves_it(code: Path) -> None:
    before = code_fingerprint(code)
    (code / "sources/a.py").rename(code / "sources/b.py")
    assert code_fingerprint(code) != before


@pytest.mark.parametrize(
    "name", ["dbt_project/target/manifest.json", "sources/__pycache__/a.py", "README.md", "dbt_project/.user.yml"]
)
def test_what_tools_leave_behind_does_not_move_it(code: Path, name: str) -> None:
    before = code_fingerprint(code)
    (code / name).parent.mkdir(parents=True, exist_ok=True)
    (code / name).write_text("made by a tool")
    assert code_fingerprint(code) == before


def test_facts_do_not_run_into_each_other() -> None:
    assert input_fingerprint("c", ["a", "b"]) != input_fingerprint("c", ["ab"])
    assert input_fingerprint("c", ["a"]) != input_fingerprint("d", ["a"])
