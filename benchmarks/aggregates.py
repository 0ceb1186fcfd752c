"""The three aggregates that every side ends with, over a relation `contacts` of accepted rows: the models of the benchmark's dbt project, read as plain SQL.

Belongs here: the models' text without dbt. Does not belong here: running them.
"""

from pathlib import Path

DBT = Path(__file__).parent / "dbt"
_SOURCE = '{{ source("bench", "contacts") }}'

AGGREGATES = {
    name: (DBT / "models" / f"{name}.sql").read_text(encoding="utf-8").replace(_SOURCE, "contacts")
    for name in ("by_service", "by_resident", "by_wait")
}
