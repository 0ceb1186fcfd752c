-- One row per period, basis, region, population group, length of wait and stretch of time over which the same number of visits had waited so long.
{%- set key = ["period_grain", "period_start", "basis", "region_level", "region_code"] + split_columns() + ["wait_days"] %}
with pieces as (

    select
        p.period_grain,
        p.period_start,
        w.basis,
        p.region_level,
        p.region_code,
        {% for column in split_columns() %}w.{{ column }}, {% endfor %}
        w.wait_days,
        p.known_from,
        p.known_to,
        cast(sum(w.first_visits) as bigint) as first_visits
    from {{ ref("int__wait_split") }} as w
    inner join {{ ref("int__delivery_piece") }} as p on w.receipt_id = p.receipt_id and w.county_code = p.county_code
    group by
        p.period_grain, p.period_start, w.basis, p.region_level, p.region_code,
        {% for column in split_columns() %}w.{{ column }}, {% endfor %}w.wait_days, p.known_from, p.known_to

),

states as (

    {{ running_states("pieces", key, ["first_visits"]) }}

),

final as (

    select
        {{ key | join(", ") }},
        cast(first_visits as bigint) as first_visits,
        known_from,
        known_to
    from states
    where first_visits > 0

)

select * from final
