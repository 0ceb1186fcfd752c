"""The page of what may go wrong names tests that exist, and every spoiled delivery that the tests know.

Belongs here: `docs/faults.md` against the tests. Does not belong here: the faults (tests/spoiled/), links and commands of pages (test_docs.py).
"""

from __future__ import annotations

import ast
import re

import pytest

from tests.house.files import REPOSITORY, parsed, tracked
from tests.spoiled import FAULTS

PAGE = (REPOSITORY / "docs" / "faults.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(test_\w+\.py)::(test_\w+)`", PAGE)))
ROWS = re.findall(r"^\| ([A-Z])(\d+) \|(.*)\|$", PAGE, re.MULTILINE)


@pytest.mark.parametrize("file", sorted({file for file, _ in NAMED}))
def test_every_test_that_the_page_names_exists(file):
    modules = [path for path in tracked("tests/*.py") if path.name == file]
    defined = {node.name for path in modules for node in ast.walk(parsed(path)) if isinstance(node, ast.FunctionDef)}
    assert {test for named, test in NAMED if named == file} - defined == set()


def test_every_spoiled_delivery_is_a_case_of_the_page_and_every_case_is_one():
    cases, known = set(re.findall(r"`case (\w+)`", PAGE)), {fault.name for fault in FAULTS.values()}
    assert cases - known == set()
    assert known - cases == set()


def test_every_fault_says_what_is_done_and_which_test_shows_it():
    assert len(ROWS) > 80
    for letter, number, cells in ROWS:
        what, done, shown = (cell.strip() for cell in cells.split(" | "))
        assert what and done and "`" in shown, letter + number


def test_faults_of_a_group_are_numbered_one_after_the_other():
    numbers: dict[str, list[int]] = {}
    for letter, number, _ in ROWS:
        numbers.setdefault(letter, []).append(int(number))
    assert numbers == {letter: list(range(1, len(found) + 1)) for letter, found in numbers.items()}
