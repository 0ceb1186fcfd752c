-- One row per body, package, period, part of the package, cell, stage of approval and version. A snapshot holds all documents of its package and period.
{%- set key = ["business_id", "package_code", "period_code", "subpackage_code", "cell_code", "stage"] %}
{%- set payload = ["amount", "value_status", "origin", "is_in_use", "taxonomy_version"] %}
{%- set carried = ["year", "last_month", "stage_rank", "snapshot_id"] %}
with cells as (

    select * from {{ ref("stg__treasury_cell") }}

),

snapshots as (

    {{ held_snapshots("cells") }}

),

versions as (

    select
        c.*,
        c.stage_rank = max(c.stage_rank) over (
            partition by c.snapshot_id, c.business_id, c.package_code, c.period_code
        ) as is_in_use,
        s.known_from,
        s.known_to
    from cells as c
    inner join snapshots as s on c.snapshot_id = s.snapshot_id
    -- A snapshot replaced in the same moment was never known.
    where s.known_to is null or s.known_from < s.known_to

),

collapsed as (

    {{ collapsed_versions("versions", key=key, payload=payload, carried=carried) }}

),

labels as (

    select t.*
    from {{ ref("stg__treasury_taxonomy") }} as t
    inner join {{ ref("stg__snapshot") }} as s on t.snapshot_id = s.snapshot_id and s.known_to is null

),

-- The business id of a county is known from the list of regions; that of a made-up one from the simulated catalogue.
counties as (

    select business_id, region_code as county_code
    from {{ ref("raw__region") }}
    where business_id is not null
    union
    select distinct business_id, county_code
    from {{ ref("stg__treasury_catalogue") }}
    where county_code is not null

),

final as (

    select
        n.county_code,
        {% for column in key + carried[:3] %}c.{{ column }}, {% endfor %}
        l.label_fi,
        l.label_sv,
        l.label_en,
        l.task_fi,
        l.service_text,
        {% for column in payload %}c.{{ column }}, {% endfor %}
        c.snapshot_id,
        c.known_from,
        c.known_to
    from collapsed as c
    left join counties as n on c.business_id = n.business_id
    left join labels as l
        on c.package_code = l.package_code
        and c.taxonomy_version = l.taxonomy_version
        and c.subpackage_code = l.subpackage_code
        and c.cell_code = l.cell_code

)

select * from final
