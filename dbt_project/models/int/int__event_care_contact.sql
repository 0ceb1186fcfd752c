{{ config(materialized="view") }}
-- One row per accepted contact of each delivery, with what its measures need beside the row: the group of its service class, what its client has in the delivery, and whether a
-- first visit kept the care guarantee: the limit in force on the day of the need assessment, for the age on that day.
-- Not before the test of the key of what was ever in force:
-- depends_on: {{ ref("core__fct_care_contact") }}
with contacts as (

    select * from {{ ref("stg__care_contact") }}

),

service_classes as (

    select * from {{ ref("core__dim_service_class") }}
    where code_system = '{{ var("service_class_system") }}'

),

limits as (

    {{ first_visit_limits() }}

),

final as (

    select
        c.receipt_id,
        c.organiser_code,
        c.period,
        c.home_municipality_code,
        c.sex,
        c.birth_year,
        c.contact_mode,
        c.profession,
        c.urgency,
        c.visited_at,
        c.reason_code,
        s.service_group,
        c.age_at_assessment_years,
        cast(c.visited_at as date) <= {{ last_day_within("cast(c.need_assessed_at as date)", "l.limit_value", "l.limit_unit") }} as is_first_visit_in_time,
        row_number() over (partition by c.receipt_id, c.client_id order by c.record_number, c.contact_id) = 1 as is_first_of_client,
        coalesce(
            min(s.service_group) over (partition by c.receipt_id, c.client_id)
                <> max(s.service_group) over (partition by c.receipt_id, c.client_id),
            false
        ) as has_several_service_groups
    from contacts as c
    left join service_classes as s on c.service_class_code = s.service_class_code
    left join limits as l
        on s.service_group = 'primary_health_care'
        and c.urgency = 'non_urgent'
        and c.visited_at is not null
        and cast(c.need_assessed_at as date) between l.valid_from and l.valid_to
        and c.age_at_assessment_years between l.age_from_years and l.age_to_years

)

select * from final
