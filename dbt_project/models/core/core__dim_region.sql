-- One row per region of a level: counties (with Helsinki and Åland), joint authorities, collaborative areas, the whole country and the mainland.
with regions as (

    select * from {{ ref("raw__region") }}

),

collaborative_areas as (

    select distinct
        collaborative_area_code,
        collaborative_area_name_fi,
        collaborative_area_name_sv,
        collaborative_area_name_en
    from regions
    where collaborative_area_code is not null

),

final as (

    select
        case kind
            when 'whole_country' then 'country'
            when 'mainland' then 'country'
            when 'joint_authority' then 'joint_authority'
            else 'county'
        end as region_level,
        region_code,
        name_fi as region_name_fi,
        name_sv as region_name_sv,
        name_en as region_name_en,
        kind,
        collaborative_area_code,
        joint_authority_code,
        kind in ('wellbeing_services_county', 'city_as_organiser') as is_organiser,
        kind in ('wellbeing_services_county', 'city_as_organiser', 'joint_authority') as is_sender,
        languages,
        source,
        verification
    from regions

    union all

    select
        'collaborative_area' as region_level,
        collaborative_area_code as region_code,
        collaborative_area_name_fi as region_name_fi,
        collaborative_area_name_sv as region_name_sv,
        collaborative_area_name_en as region_name_en,
        'collaborative_area' as kind,
        collaborative_area_code,
        cast(null as varchar) as joint_authority_code,
        false as is_organiser,
        false as is_sender,
        cast(null as varchar) as languages,
        'rOpenGov/geofi@de9392b' as source,
        'seen' as verification
    from collaborative_areas

)

select * from final
