"""Judgements on whole tables: Great Expectations suites on DuckDB, the gate that runs them, and the pages that show what they found.

Belongs here: volumes, shares, distributions and reconciliations of accepted contacts and of the mart.
Does not belong here: row rules (sources/regional, pandera), keys and relations (dbt tests), and Dagster (orchestration/).
Importing this package, or any module of it, does not import Great Expectations: that costs seconds, and only a run needs it.
"""
