"""Where the dbt project and its prepared manifest lie.

Belongs here: fixed places inside the repository that several modules of this room need. Does not belong here: anything of a home (sources/home.py).
"""

from pathlib import Path

REPOSITORY = Path(__file__).parent.parent
DBT_PROJECT = REPOSITORY / "dbt_project"
# Written by `make manifest` alone; a night's work goes to its home (Home.dbt).
PREPARED = DBT_PROJECT / "target"
# A copy that dbt itself never writes to: it rewrites target/manifest.json in place, while others may be reading.
MANIFEST = PREPARED / "prepared" / "manifest.json"
# The same in the form that dbt itself takes (orchestration/parsed.py).
PARSED = PREPARED / "prepared" / "manifest.msgpack"


def dbt_places(target: Path, logs: Path) -> list[str]:
    """The arguments that tell a call of dbt where the project lies and where its work and its log go."""
    project = ["--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)]
    return [*project, "--target-path", str(target), "--log-path", str(logs)]
