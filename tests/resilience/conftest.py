"""The short night under faults: a home before it, a process that may be killed or limited, and what must hold in the end."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchmarks import short_night
from benchmarks.kills import Undisturbed, undisturbed
from benchmarks.victim import Ended, Victim
from sources.home import Home


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """The home before the night, and what the night comes to when nothing happens."""
    return undisturbed(tmp_path_factory.mktemp("undisturbed"))


@pytest.fixture(scope="module")
def victim() -> Iterator[Victim]:
    with Victim() as found:
        yield found


@pytest.fixture
def home(base: Undisturbed, tmp_path: Path) -> Path:
    """A copy of the home before the night."""
    return Path(shutil.copytree(base.template, tmp_path / "home", symlinks=True))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[..., Path]]:
    """Makes a file system of its own in memory (options of tmpfs), where this user may."""
    mounted: list[Path] = []

    def mount(**options: object) -> Path:
        place = tmp_path / f"disk-{len(mounted)}"
        place.mkdir()
        told = ",".join(f"{name}={value}" for name, value in options.items())
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", told, "tmpfs", str(place)], capture_output=True, check=False
        )
        if done.returncode:
            pytest.skip("this user may not mount a small file system")
        mounted.append(place)
        return place

    yield mount
    for place in mounted:
        subprocess.run(["umount", "-l", str(place)], check=True)


# root passes every permission check: its processes are started without that power.
ORDINARY = (
    (
        "setpriv",
        "--bounding-set=-dac_override,-dac_read_search,-fowner",
        "--inh-caps=-dac_override,-dac_read_search,-fowner",
    )
    if os.geteuid() == 0 and shutil.which("setpriv")
    else ()
)


@pytest.fixture(scope="module")
def ordinary() -> tuple[str, ...]:
    """What to start a command with so that permissions bind it."""
    if os.geteuid() == 0 and not ORDINARY:
        pytest.skip("root without setpriv: no permission binds it")
    return ORDINARY


def is_one_line(ended: Ended, *words: str) -> bool:
    """Whether the night told its failure as an operator is told: one line, exit code 2, these words in it, no traceback."""
    lines = [line for line in ended.said.splitlines() if line.startswith("sotevarasto: ")]
    good = ended.code == 2 and len(lines) == 1 and "Traceback" not in ended.said
    return good and all(word in lines[0] for word in words)


def promises(root: Path, base: Undisturbed) -> list[str]:
    """What does not hold of a home after a night that failed: a reader gets one whole release, and nothing is lost."""
    broken = short_night.broken_promises(root, base.inbox)
    if (told := short_night.answers(root)) not in (base.old, base.expected["answers"]):
        broken.append(f"a reader was told {told}")
    return broken


def differences(victim: Victim, root: Path, base: Undisturbed) -> dict[str, tuple]:
    """Run the night again without a fault; what differs from the night that nothing happened to."""
    ended = victim.run(root, asks_pandera=False)
    assert ended.code == 0, ended.said
    found = short_night.facts(Home(root).root)
    return {name: (value, found[name]) for name, value in base.expected.items() if found[name] != value}
