-- One row per benefit, measure, county, year and version.
{%- set key = ["benefit_code", "measure_code", "county_name", "year"] %}
{%- set payload = ["value", "value_status", "origin"] %}
with figures as (

    select * from {{ ref("stg__kela_county") }}

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

collapsed as (

    {{ collapsed_versions("versions", key=key, payload=payload, carried=["snapshot_id"]) }}

),

final as (

    select
        r.region_code as county_code,
        {% for column in key + payload %}c.{{ column }}, {% endfor %}
        c.snapshot_id,
        c.known_from,
        c.known_to
    from collapsed as c
    left join {{ ref("raw__region") }} as r on c.county_name = r.name_fi

)

select * from final
