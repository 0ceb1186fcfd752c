{{ config(materialized="view") }}
-- One row per sender and dataset (total = all of them): the scorecard of its latest month that is due, side by side.
{%- set shown = ["coverage", "on_time", "lag_median_days", "lag_p90_days", "field_score", "vodim_valid", "vodim_other", "vodim_default", "vodim_invalid", "vodim_missing",
    "checks_conformance", "checks_codes", "checks_plausibility", "volume_swing", "stability", "register_gap", "unit_coverage", "dqmi", "dqmi_min", "score"] %}
with latest as (
    select
        *,
        dense_rank() over (partition by organiser_code, dataset order by period desc) as recency
    from {{ ref("dq__scorecard") }}
    where is_due
)

select
    organiser_code,
    dataset,
    period,
    {% for item in shown -%}
    max(case when item_code = '{{ item }}' then value end) as {{ item }},
    {% endfor -%}
    cast(max(case when item_code = 'targets_met' then numerator end) as bigint) as targets_met,
    cast(max(case when item_code = 'targets_met' then denominator end) as bigint) as targets_judged,
    cast(case when dataset <> 'total' then count(case when status = {{ scorecard_fail() }} then 1 end) end as bigint) as failed,
    cast(case when dataset <> 'total' then count(case when status = {{ scorecard_error() }} then 1 end) end as bigint) as errors,
    max(formula_version) as formula_version
from latest
where recency = 1
group by organiser_code, dataset, period
