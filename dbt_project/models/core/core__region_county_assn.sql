-- One row per region and county in it. The one place that says what a region is made of.
with regions as (

    select * from {{ ref("core__dim_region") }}

),

counties as (

    select * from regions
    where region_level = 'county'

),

final as (

    select region_level, region_code, region_code as county_code from counties

    union all

    -- Åland organises for itself and is in no collaborative area, though the classification numbers it as one.
    select 'collaborative_area' as region_level, collaborative_area_code as region_code, region_code as county_code
    from counties
    where is_organiser

    union all

    -- The area that a joint authority serves.
    select 'joint_authority' as region_level, joint_authority_code as region_code, region_code as county_code
    from counties
    where joint_authority_code is not null

    union all

    select w.region_level, w.region_code, c.region_code as county_code
    from counties as c
    inner join regions as w on w.region_level = 'country' and (w.kind = 'whole_country' or c.kind <> 'autonomous_province')

)

select * from final
