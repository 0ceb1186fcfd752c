"""How much memory this process may use: the machine's, or less where a control group (systemd, a container) allows less.

Belongs here: finding the limit. Does not belong here: who gets how much of it. Limits of the address space (ulimit -v) are not looked at: they count what is reserved,
not what is used.
"""

from __future__ import annotations

import os
from pathlib import Path

_GROUPS = Path("/sys/fs/cgroup")


def allowed_mib(own: Path = Path("/proc/self/cgroup"), groups: Path = _GROUPS) -> int:
    """The memory in MiB that this process may use."""
    limits = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"), *_group_limits(own, groups)]
    return min(limits) >> 20


def _group_limits(own: Path, groups: Path) -> list[int]:
    """The limits of the control groups that this process is in, and of those above them; none where there are none."""
    found = []
    try:
        lines = own.read_text("utf-8").splitlines()
    except OSError:
        return []
    for line in lines:
        _, controllers, place = line.split(":", 2)
        if controllers == "memory":
            root, name = groups / "memory", "memory.limit_in_bytes"
        elif not controllers:
            root, name = groups, "memory.max"
        else:
            continue
        folder = root / place.lstrip("/")
        for one in (folder, *folder.parents):
            if not one.is_relative_to(root):
                break
            found += _limit(one / name)
    return found


def _limit(file: Path) -> list[int]:
    try:
        told = file.read_text("utf-8").strip()
    except OSError:
        return []
    return [int(told)] if told.isdecimal() else []
