-- One row per year, region and population group for which contact figures may be made.
-- Municipalities are today's in every year, as the population is. A group that has no residents in the region still has contacts, of clients from elsewhere or of a sex that is not known.
with organisers as (

    select region_level, region_code, sender_code as county_code
    from {{ ref("int__region_sender") }}
    where is_organiser

),

municipalities as (

    select * from {{ ref("core__dim_municipality") }}
    where municipality_code = current_municipality_code

),

regions as (

    select y.year, o.region_level, o.region_code
    from (select distinct year from municipalities) as y
    cross join (select distinct region_level, region_code from organisers) as o

),

people as (

    select sex, age_group, true as is_resident_group
    from (select 'total' as sex union all select 'male' as sex union all select 'female' as sex) as sexes
    cross join (
        select 'total' as age_group
        {% for group in age_groups() -%}
        union all select '{{ group }}' as age_group
        {% endfor -%}
    ) as ages

    union all

    select 'unknown' as sex, 'total' as age_group, false as is_resident_group

),

{% for column in ["language_status", "municipality_type"] -%}
by_{{ column }} as (

    select
        r.year, r.region_level, r.region_code, k.{{ column }},
        count(m.municipality_code) > 0 as is_resident_group
    from regions as r
    inner join (select distinct year, {{ column }} from municipalities) as k on r.year = k.year
    inner join organisers as o on r.region_level = o.region_level and r.region_code = o.region_code
    left join municipalities as m on r.year = m.year and o.county_code = m.county_code and k.{{ column }} = m.{{ column }}
    group by r.year, r.region_level, r.region_code, k.{{ column }}

),

{% endfor -%}
final as (

    select
        r.year, r.region_level, r.region_code, p.sex, p.age_group,
        'total' as language_status, 'total' as municipality_type, p.is_resident_group
    from regions as r
    cross join people as p

    union all

    select
        year, region_level, region_code, 'total' as sex, 'total' as age_group,
        language_status, 'total' as municipality_type, is_resident_group
    from by_language_status

    union all

    select
        year, region_level, region_code, 'total' as sex, 'total' as age_group,
        'total' as language_status, municipality_type, is_resident_group
    from by_municipality_type

)

select * from final
