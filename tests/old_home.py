"""A small home that the first slice's code made: one sender's month, the municipality map, one night with a release since removed.

Belongs here: unpacking it. Does not belong here: what today's code must make of it (the tests). It is kept as it was written: never make it anew with later code.
"""

import tarfile
from pathlib import Path

from sources.home import Home

ARCHIVE = Path(__file__).parent / "sources" / "fixtures" / "home_format_1.tar.xz"


def unpack_old_home(root: Path) -> Home:
    """Put the home of format 1 down at `root`, as it was written."""
    root.mkdir(parents=True)
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(root, filter="tar")
    root.chmod(0o700)
    return Home(root)
