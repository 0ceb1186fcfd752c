-- One row per row that a correction names and that its source gives now, with the value as given.
{%- set corrected = {
    "sotkanet_observation": {
        "relation": ref("stg__sotkanet_observation"), "value": "value",
        "key": {"indicator_id": "sotkanet_indicator_id", "region_id": "sotkanet_region_id", "year": "year", "sex": "sex"},
    },
    "sampo_observation": {
        "relation": ref("stg__sampo_observation"), "value": "value",
        "key": {"topic": "topic", "region_code": "region_code", "period_start": "period_start", "category": "category", "measure": "measure"},
    },
} %}
with named as (

    select distinct dataset, row_key from {{ ref("stg__correction") }}

),

given as (

    {% for dataset, c in corrected.items() -%}
    select
        '{{ dataset }}' as dataset,
        snapshot_id,
        {{ correction_row_key(c.key) }} as row_key,
        cast({{ c.value }} as decimal(18, 6)) as value_given,
        value_status
    from {{ c.relation }}
    {{ "union all" if not loop.last }}
    {% endfor %}

),

-- A snapshot that was erased has no rows left, and so replaces nothing.
snapshots as (

    select
        snapshot_id,
        row_number() over (partition by source_code, object order by known_from desc, snapshot_id desc) as newest
    from {{ ref("stg__snapshot") }}
    where snapshot_id in (select distinct snapshot_id from given)

),

final as (

    select g.dataset, g.row_key, g.value_given, g.value_status
    from given as g
    inner join named as n on g.dataset = n.dataset and g.row_key = n.row_key
    inner join snapshots as s on g.snapshot_id = s.snapshot_id
    where s.newest = 1

)

select * from final
