"""The graph's table of contents: what Dagster loads. Heavy libraries (Great Expectations, pandera, pandas, dbt's runner) are imported when a step runs."""

from datetime import timedelta

import dagster as dg

from orchestration.assets.national import NATIONAL
from orchestration.assets.regional import regional_deliveries
from orchestration.assets.warehouse import dbt_build, raw__registry, release
from orchestration.checks.great_expectations import gx_accepted_contacts, gx_minimum_dataset
from orchestration.jobs import every_night, inbox, nightly
from orchestration.replaying import redo_delivery, replay_deliveries
from orchestration.resources import NightResource
from orchestration.verifying import verify, weekly_verify

# A night materialises every source, also one without news: from six in the evening to six in the morning, the hours of `sotevarasto watch`.
_NIGHTLY = dg.FreshnessPolicy.cron("0 6 * * *", timedelta(hours=12), "Europe/Helsinki")

defs = dg.Definitions(
    assets=[
        *dg.map_asset_specs(lambda spec: dg.apply_freshness_policy(spec, _NIGHTLY), [*NATIONAL, regional_deliveries]),
        raw__registry,
        dbt_build,
        release,
    ],
    asset_checks=[gx_accepted_contacts, gx_minimum_dataset],
    jobs=[nightly, replay_deliveries, redo_delivery, verify],
    schedules=[every_night, weekly_verify],
    sensors=[inbox],
    resources={"night": NightResource()},
    executor=dg.in_process_executor,
)
