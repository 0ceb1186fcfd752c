-- One row per indicator, source, basis, region, period, population group and version. Versions that say the same follow each other never.
{%- set key = [
    "indicator_code", "source_code", "basis", "region_level", "region_code", "period_start", "period_end",
] + split_columns() %}
{%- set payload = [
    "value", "numerator", "denominator", "value_low", "value_high", "value_status", "origin", "coverage", "derivation",
    "comparability", "comparability_reason",
] %}
with versions as (

    select * from {{ ref("int__population_observation") }}
    union all
    select * from {{ ref("int__projection_observation") }}
    union all
    select * from {{ ref("int__contact_observation") }}
    union all
    select * from {{ ref("int__sotkanet_observation") }}
    union all
    select * from {{ ref("int__sampo_observation") }}
    union all
    select * from {{ ref("int__cost_observation") }}
    union all
    select * from {{ ref("int__treasury_observation") }}

),

final as (

    {{ collapsed_versions("versions", key=key, payload=payload, carried=["period_grain"]) }}

)

select
    {{ key | join(", ") }},
    period_grain,
    {{ payload | join(", ") }},
    known_from,
    known_to
from final
