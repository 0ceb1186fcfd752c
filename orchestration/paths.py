"""Where the dbt project and its prepared manifest lie.

Belongs here: fixed places inside the repository that several modules of this room need. Does not belong here: anything of a home (sources/home.py).
"""

from pathlib import Path

REPOSITORY = Path(__file__).parent.parent
DBT_PROJECT = REPOSITORY / "dbt_project"
DBT_TARGET = DBT_PROJECT / "target"
# A copy that dbt itself never writes to: every build rewrites target/manifest.json in place, while others may be reading.
MANIFEST = DBT_TARGET / "prepared" / "manifest.json"


def dbt_places(target: Path) -> list[str]:
    """The arguments that tell a call of dbt where the project lies and where its work goes."""
    project = ["--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)]
    return [*project, "--target-path", str(target), "--log-path", str(DBT_PROJECT / "logs")]
