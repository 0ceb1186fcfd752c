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
        # Python before 3.11.4 knows no filter; the archive is our own.
        archive.extractall(root, **({"filter": "tar"} if hasattr(tarfile, "data_filter") else {}))
    root.chmod(0o700)
    return Home(root)
