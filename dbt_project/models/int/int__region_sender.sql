-- One row per region and sender whose delivery its figures need: the organisers in it, and the joint authority that serves them.
with organisers as (

    select * from {{ ref("core__dim_region") }}
    where is_organiser

),

regions_of_organiser as (

    select region_code as organiser_code, joint_authority_code, 'county' as region_level, region_code
    from organisers

    union all

    select region_code as organiser_code, joint_authority_code, 'collaborative_area' as region_level, collaborative_area_code as region_code
    from organisers

    union all

    select o.region_code as organiser_code, o.joint_authority_code, c.region_level, c.region_code
    from organisers as o
    cross join (select * from {{ ref("core__dim_region") }} where region_level = 'country') as c

),

final as (

    select region_level, region_code, organiser_code as sender_code, true as is_organiser
    from regions_of_organiser

    union all

    select distinct region_level, region_code, joint_authority_code as sender_code, false as is_organiser
    from regions_of_organiser
    where joint_authority_code is not null

)

select * from final
