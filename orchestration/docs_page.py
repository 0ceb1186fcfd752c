"""dbt's documentation as one page that opens without a network.

Belongs here: having dbt write it from the finished build, and putting it under reports/. Does not belong here: what it says (dbt_project).
"""

from __future__ import annotations

from orchestration import dbt_runner
from sources.durable import write_atomic
from sources.home import Home

PAGE = "dbt/index.html"
_WRITTEN = "static_index.html"


def make(home: Home) -> str | None:
    """Have dbt describe the build while work.duckdb still stands; returns why it could not, or None. It never holds back a release."""
    written = home.dbt / _WRITTEN
    written.unlink(missing_ok=True)
    outcome = dbt_runner.run(home, command=("docs", "generate", "--static", "--no-compile"))
    return None if written.is_file() else outcome.error or "dbt wrote no page"


def put(home: Home) -> None:
    """Put what `make` had written under reports/, once its release is current. The page before is replaced at once."""
    page = home.reports / PAGE
    page.parent.mkdir(mode=0o700, exist_ok=True)
    write_atomic(page, (home.dbt / _WRITTEN).read_text(encoding="utf-8"))
