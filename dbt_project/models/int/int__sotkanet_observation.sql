-- One row per published indicator, region, year, sex and snapshot in force. Counties, collaborative areas and the country as delivered, never added up.
{%- set key = {"indicator_id": "sotkanet_indicator_id", "region_id": "sotkanet_region_id", "year": "year", "sex": "sex"} %}
with observations as (

    select * from {{ ref("stg__sotkanet_observation") }}
    where region_category in ('HYVINVOINTIALUE', 'YTA', 'MAA')

),

whole_snapshots as (

    {{ held_snapshots(ref("stg__sotkanet_observation")) }}

),

snapshots as (

    {{ cut_at_corrections("whole_snapshots", "observations", "sotkanet_observation", key) }}

),

-- What a collaborative area's id stands for, by every list of regions that is known: ids are not used again.
areas as (

    select distinct sotkanet_region_id, collaborative_area_code
    from {{ ref("stg__sotkanet_region") }}
    where collaborative_area_code is not null

),

-- Åland is a collaborative area of its own in the source; here it is a county that is in none. The source's country has Åland in it: the mainland is another.
regions as (

    select region_level, region_code, is_organiser
    from {{ ref("core__dim_region") }}
    where region_level = 'county' or kind = 'whole_country'

    union all

    select distinct 'collaborative_area' as region_level, collaborative_area_code as region_code, true as is_organiser
    from {{ ref("core__dim_region") }}
    where is_organiser

),

placed as (

    select
        o.*,
        case o.region_category
            when 'HYVINVOINTIALUE' then 'county'
            when 'YTA' then 'collaborative_area'
            else 'country'
        end as region_level,
        case o.region_category
            when 'HYVINVOINTIALUE' then o.county_code
            when 'YTA' then a.collaborative_area_code
        end as own_region_code
    from observations as o
    left join areas as a on o.sotkanet_region_id = a.sotkanet_region_id

),

judged as (

    select
        i.indicator_code,
        i.basis,
        p.region_level,
        r.region_code,
        p.year,
        p.sex,
        {{ corrected_value("p.value") }} as value,
        case when c.correction_id is null then p.absolute_value end as absolute_value,
        {{ corrected_status("p.value_status") }} as value_status,
        p.origin,
        {{ correction_reason("c.correction_id", "p.value") }} as correction_reason,
        -- The counties began in that year; what is older was summed by the publisher from municipalities.
        r.is_organiser and p.year < {{ var("first_county_year") }} as is_summed,
        case
            when c.correction_id is not null then null
            when p.value_status = {{ value_missing() }} then 'the source gives a number of cases and no value'
            when i.unit = 'eur_per_resident' and p.value = 0 then 'a cost of zero is probably a missing figure'
        end as own_reason,
        s.known_from,
        s.known_to
    from placed as p
    inner join snapshots as s on p.snapshot_id = s.snapshot_id
    {{ correction_in_force("sotkanet_observation", key, "p.value", "p.value_status") | trim }}
    inner join {{ ref("int__sotkanet_indicator") }} as i on p.sotkanet_indicator_id = i.sotkanet_indicator_id
    inner join regions as r
        on p.region_level = r.region_level and (p.region_level = 'country' or p.own_region_code = r.region_code)
    -- A snapshot replaced in the same moment was never known.
    where s.known_to is null or s.known_from < s.known_to

),

reasoned as (

    select
        *,
        {{ joined_reasons([
            "own_reason",
            "correction_reason",
            "case when is_summed then 'before " ~ var("first_county_year") ~ " municipal figures summed to the counties of today' end",
        ]) }} as comparability_reason
    from judged

),

final as (

    select
        indicator_code,
        'sotkanet' as source_code,
        basis,
        region_level,
        region_code,
        'year' as period_grain,
        cast(cast(year as varchar) || '-01-01' as date) as period_start,
        cast(cast(year as varchar) || '-12-31' as date) as period_end,
        sex,
        'total' as age_group,
        'total' as language_status,
        'total' as municipality_type,
        cast(value as decimal(18, 4)) as value,
        cast(absolute_value as decimal(18, 4)) as numerator,
        cast(null as decimal(18, 4)) as denominator,
        cast(null as decimal(18, 4)) as value_low,
        cast(null as decimal(18, 4)) as value_high,
        value_status,
        origin,
        cast(1 as decimal(5, 4)) as coverage,
        case when is_summed then {{ derivation_summed() }} else {{ derivation_reported() }} end as derivation,
        {{ comparability_of("value_status", "comparability_reason") }} as comparability,
        comparability_reason,
        known_from,
        known_to
    from reasoned

)

select * from final
