"""Where the dbt project and its prepared manifest lie.

Belongs here: fixed places inside the repository that several modules of this room need. Does not belong here: anything of a home (sources/home.py).
"""

from pathlib import Path

REPOSITORY = Path(__file__).parent.parent
DBT_PROJECT = REPOSITORY / "dbt_project"
DBT_TARGET = DBT_PROJECT / "target"
MANIFEST = DBT_TARGET / "manifest.json"
