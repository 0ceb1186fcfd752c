"""How much memory a home may use, from the control group or the machine."""

import os
from pathlib import Path

import pytest

from sources.memory import allowed_mib

MACHINE = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20


@pytest.mark.parametrize(
    ("own", "file", "limit", "expected"),
    [
        ("0::/night.service\n", "night.service/memory.max", "536870912\n", 512),
        ("0::/night.service/deeper\n", "night.service/memory.max", "268435456\n", 256),
        ("0::/night.service\n", "night.service/memory.max", "max\n", MACHINE),
        ("4:memory:/box\n0::/\n", "memory/box/memory.limit_in_bytes", "536870912\n", 512),
        ("4:memory:/box\n", "memory/box/memory.limit_in_bytes", "9223372036854771712\n", MACHINE),
        ("0::/../outside\n", "memory.max", "536870912\n", 512),
        ("0::/elsewhere\n", "other/memory.max", "1\n", MACHINE),
    ],
)
def test_the_limit_is_the_machine_s_or_that_of_a_control_group(tmp_path: Path, own, file, limit, expected) -> None:
    (tmp_path / "own").write_text(own, "utf-8")
    (tmp_path / "groups" / file).parent.mkdir(parents=True)
    (tmp_path / "groups" / file).write_text(limit, "utf-8")
    assert allowed_mib(tmp_path / "own", tmp_path / "groups") == expected


def test_a_machine_without_control_groups_has_its_own_memory(tmp_path: Path) -> None:
    assert allowed_mib(tmp_path / "none", tmp_path) == MACHINE
