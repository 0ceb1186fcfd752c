-- One row per municipality, benefit, year or month, and version.
{%- set key = ["municipality_code", "benefit_name", "period_grain", "period_start"] %}
{%- set payload = ["recipients", "paid_eur", "eur_per_recipient", "origin"] %}
with figures as (

    select * from {{ ref("stg__kela_benefit") }}

),

-- A snapshot that was erased has no rows left, and so replaces nothing.
snapshots as (

    select
        snapshot_id,
        known_from,
        lead(known_from) over (partition by source_code, object order by known_from, snapshot_id) as known_to
    from {{ ref("stg__snapshot") }}
    where snapshot_id in (select distinct snapshot_id from figures)

),

versions as (

    select f.*, s.known_from, s.known_to
    from figures as f
    inner join snapshots as s on f.snapshot_id = s.snapshot_id
    -- A snapshot replaced in the same moment was never known.
    where s.known_to is null or s.known_from < s.known_to

),

final as (

    {{ collapsed_versions("versions", key=key, payload=payload, carried=["snapshot_id"]) }}

)

select
    {{ key | join(", ") }},
    {{ payload | join(", ") }},
    snapshot_id,
    known_from,
    known_to
from final
