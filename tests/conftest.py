"""Shared by all tests: no telemetry, a UTF-8 locale, and homes that never touch the user's own."""

import os

os.environ.update(DO_NOT_TRACK="1", GX_ANALYTICS_ENABLED="false", DAGSTER_DISABLE_TELEMETRY="1", PYTHONUTF8="1")
for name in ("SOTEVARASTO_HOME", "SOTEVARASTO_PROFILE", "SOTEVARASTO_KILL_AT", "DAGSTER_HOME"):
    os.environ.pop(name, None)
