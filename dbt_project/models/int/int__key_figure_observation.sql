-- One row per key figure, region, year and snapshot in force. Counties and the country as delivered, never added up.
with figures as (

    select * from {{ ref("stg__key_figure") }}

),

snapshots as (

    {{ held_snapshots(ref("stg__key_figure")) }}

),

regions as (

    select region_level, region_code, is_organiser
    from {{ ref("core__dim_region") }}
    where region_level = 'county' or kind = 'whole_country'

),

judged as (

    select
        f.indicator_code,
        r.region_level,
        r.region_code,
        f.year,
        f.value,
        f.value_status,
        f.origin,
        {{ joined_reasons([
            "case when r.is_organiser and f.year < " ~ var("first_county_year") ~ " then 'the counties began in " ~ var("first_county_year") ~ "; older years are of their municipalities of today' end",
        ]) }} as comparability_reason,
        s.known_from,
        s.known_to
    from figures as f
    inner join snapshots as s on f.snapshot_id = s.snapshot_id
    inner join regions as r
        on f.county_code = r.region_code or (f.county_code is null and r.region_level = 'country')
    -- A snapshot replaced in the same moment was never known.
    where s.known_to is null or s.known_from < s.known_to

),

final as (

    select
        indicator_code,
        'statfin_key_figures' as source_code,
        'residence' as basis,
        region_level,
        region_code,
        'year' as period_grain,
        cast(cast(year as varchar) || '-01-01' as date) as period_start,
        cast(cast(year as varchar) || '-12-31' as date) as period_end,
        {% for column in split_columns() %}'total' as {{ column }}, {% endfor %}
        cast(value as decimal(18, 4)) as value,
        cast(null as decimal(18, 4)) as numerator,
        cast(null as decimal(18, 4)) as denominator,
        cast(null as decimal(18, 4)) as value_low,
        cast(null as decimal(18, 4)) as value_high,
        value_status,
        origin,
        cast(1 as decimal(5, 4)) as coverage,
        {{ derivation_reported() }} as derivation,
        {{ comparability_of("value_status", "comparability_reason") }} as comparability,
        comparability_reason,
        known_from,
        known_to
    from judged

)

select * from final
