-- One row per delivery, home municipality, sex, age group and length of wait of first non-urgent visits in primary health care.
-- The care guarantee is the one in force on the day of the need assessment, for the age on that day.
-- Each delivery is counted once, however often it came into force; but not before the test of the key of what was ever in force:
-- depends_on: {{ ref("core__fct_care_contact") }}
with contacts as (

    select * from {{ ref("stg__care_contact") }}

),

service_classes as (

    select * from {{ ref("core__dim_service_class") }}
    where code_system = '{{ var("service_class_system") }}' and service_group = 'primary_health_care'

),

limits as (

    {{ first_visit_limits() }}

),

-- The only pass over rows. The need assessment is given on the first visit after it alone.
first_visits as (

    select
        c.receipt_id,
        c.organiser_code as sender_code,
        cast(substr(c.period, 1, 4) as smallint) as year,
        c.home_municipality_code,
        c.sex,
        {{ age_at_reference_day("c.birth_year", "cast(substr(c.period, 1, 4) as smallint)") }} as age_group,
        c.age_at_assessment_years,
        cast(c.need_assessed_at as date) as assessed_on,
        cast(c.visited_at as date) as visited_on,
        count(*) as first_visits
    from contacts as c
    inner join service_classes as s on c.service_class_code = s.service_class_code
    where c.urgency = 'non_urgent' and c.need_assessed_at is not null and c.visited_at is not null
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9

),

judged as (

    select
        v.*,
        {{ dbt.datediff("v.assessed_on", "v.visited_on", "day") }} as wait_days,
        case when l.limit_unit is not null then v.first_visits else 0 end as first_visits_with_limit,
        case when v.visited_on <= {{ last_day_within("v.assessed_on", "l.limit_value", "l.limit_unit") }} then v.first_visits else 0 end
            as first_visits_within_limit
    from first_visits as v
    left join limits as l
        on v.assessed_on between l.valid_from and l.valid_to
        and v.age_at_assessment_years between l.age_from_years and l.age_to_years

),

final as (

    select
        receipt_id,
        sender_code,
        year,
        home_municipality_code,
        sex,
        age_group,
        cast(wait_days as integer) as wait_days,
        cast(sum(first_visits) as bigint) as first_visits,
        cast(sum(first_visits_with_limit) as bigint) as first_visits_with_limit,
        cast(sum(first_visits_within_limit) as bigint) as first_visits_within_limit
    from judged
    group by receipt_id, sender_code, year, home_municipality_code, sex, age_group, wait_days

)

select * from final
