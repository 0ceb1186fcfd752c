-- One row per year, region and group of municipalities: how many of today's municipalities a figure of it should be summed from.
with municipalities as (

    select year, county_code, language_status, municipality_type
    from {{ ref("core__dim_municipality") }}
    where municipality_code = current_municipality_code

),

final as (

    select
        m.year,
        a.region_level,
        a.region_code,
        case when grouping(m.language_status) = 1 then 'total' else m.language_status end as language_status,
        case when grouping(m.municipality_type) = 1 then 'total' else m.municipality_type end as municipality_type,
        count(*) as municipalities_expected
    from municipalities as m
    inner join {{ ref("core__region_county_assn") }} as a on m.county_code = a.county_code
    group by grouping sets (
        (m.year, a.region_level, a.region_code),
        (m.year, a.region_level, a.region_code, m.language_status),
        (m.year, a.region_level, a.region_code, m.municipality_type)
    )

)

select * from final
