-- One row per delivery, home municipality, sex and age group. Each slice is read once for it.
-- Each delivery is counted once, however often it came into force; but not before the test of the key of what was ever in force:
-- depends_on: {{ ref("core__fct_care_contact") }}
with contacts as (

    select * from {{ ref("stg__care_contact") }}

),

service_classes as (

    select * from {{ ref("core__dim_service_class") }}
    where code_system = '{{ var("service_class_system") }}'

),

-- The only pass over rows: everything after it is small.
final as (

    select
        c.receipt_id,
        c.organiser_code as sender_code,
        cast(substr(c.period, 1, 4) as smallint) as year,
        c.home_municipality_code,
        c.sex,
        {{ age_at_reference_day("c.birth_year", "cast(substr(c.period, 1, 4) as smallint)") }} as age_group,
        count(*) as contacts,
        count(case
            when c.visited_at is not null and c.profession = 'doctor' and s.service_group = 'primary_health_care' then 1
        end) as phc_doctor_visits
    from contacts as c
    left join service_classes as s on c.service_class_code = s.service_class_code
    group by 1, 2, 3, 4, 5, 6

)

select * from final
