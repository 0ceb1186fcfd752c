"""Dagster only: definitions, assets, checks, jobs, schedules, sensors, resources. The work itself is done in the rooms below."""
