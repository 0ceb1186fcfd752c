"""The disposable warehouse: what is known, gathered into the build folder, and the releases made of it.

What belongs here: the registry of deliveries and snapshots, building, verifying, publishing, recovering and opening a
release, and the lock that lets one run at a time do so. What does not: how data is received and judged (sources), the
models themselves (dbt_project), the checks (expectations) and who calls when (orchestration).
"""
