-- One row per year, region and population group for which figures of events may be made: those of contacts, and the age groups that the law names.
with groups as (

    select * from {{ ref("int__region_group") }}

),

law_groups as (

    select '{{ law_age_groups()[0] }}' as age_group
    union all
    select '{{ law_age_groups()[1] }}' as age_group

),

all_groups as (

    select year, region_level, region_code, {{ split_columns() | join(", ") }}, is_resident_group
    from groups

    union all

    select g.year, g.region_level, g.region_code, g.sex, l.age_group, g.language_status, g.municipality_type, g.is_resident_group
    from groups as g
    cross join law_groups as l
    where g.age_group = 'total' and g.language_status = 'total' and g.municipality_type = 'total' and g.is_resident_group

),

final as (

    select *, {{ split_kind() }} as split_kind from all_groups

)

select * from final
