-- One row per region and sender whose delivery its figures need: the organisers in it, and the joint authority that serves them.
with counties as (

    select * from {{ ref("core__dim_region") }}
    where region_level = 'county'

),

-- A region with a county that nobody organises for here, Åland, would be told by a part of its counties: the mainland has figures, the whole country none.
-- What the organisers in the area of a joint authority deliver is not what the authority does, and would be read as that.
regions as (

    select
        a.region_level,
        a.region_code,
        a.county_code,
        c.joint_authority_code,
        min(case when c.is_organiser then 1 else 0 end) over (partition by a.region_level, a.region_code) as is_organised
    from {{ ref("core__region_county_assn") }} as a
    inner join counties as c on a.county_code = c.region_code
    where a.region_level <> 'joint_authority'

),

final as (

    select region_level, region_code, county_code as sender_code, true as is_organiser
    from regions
    where is_organised = 1

    union all

    select distinct region_level, region_code, joint_authority_code as sender_code, false as is_organiser
    from regions
    where is_organised = 1 and joint_authority_code is not null

)

select * from final
