{{ config(materialized="view") }}
-- One row per accepted case of each delivery, with what became of it in the month and whether that kept the law's limits, each the one in force on the day on which the
-- matter came up. The age is of the 31 December before that day: whoever is of 75 by it was so when the matter came up.
-- Not before the test of the key of what was ever in force:
-- depends_on: {{ ref("core__fct_social_services_case") }}
with cases as (

    select
        *,
        cast(extract(year from initiated_on) as smallint) - 1 - birth_year as age_years,
        -- Undecided, or granted and not yet given.
        initiated_on <= status_on
        and (
            {{ had_not_happened("decided_on", "status_on") }}
            or (decision = 'granted' and {{ had_not_happened("implemented_on", "status_on") }})
        ) as is_open
    from {{ ref("stg__social_services_case") }}

),

working_days as (

    select * from {{ ref("int__working_day") }}

),

limits as (

    select
        domain,
        step,
        cast(limit_value as integer) as limit_value,
        limit_unit,
        cast(coalesce(age_from_years, '0') as smallint) as age_from_years,
        cast(coalesce(age_to_years, '999') as smallint) as age_to_years,
        cast(coalesce(valid_from, '0001-01-01') as date) as valid_from,
        cast(coalesce(valid_to, '9999-12-31') as date) as valid_to
    from {{ ref("raw__care_guarantee") }}
    where
        is_applied = 'true'
        and (
            (domain = 'social_welfare' and step in ('start of service-need assessment', 'non-urgent decision implemented'))
            or (domain = 'disability_services' and step = 'decision')
        )

),

judged as (

    select
        c.*,
        {{ is_within_limit("c.initiated_on", "c.assessment_started_on", "a.limit_value", "a.limit_unit", "d", "b") }} as is_assessment_in_time,
        c.implemented_on <= {{ last_day_within("c.initiated_on", "i.limit_value", "i.limit_unit") }} as is_implementation_in_time,
        c.status_on > {{ last_day_within("c.initiated_on", "i.limit_value", "i.limit_unit") }} as is_past_implementation_limit,
        c.decided_on <= {{ last_day_within("c.initiated_on", "p.limit_value", "p.limit_unit") }} as is_disability_decision_in_time
    from cases as c
    left join limits as a
        on a.step = 'start of service-need assessment'
        and c.urgency = 'non_urgent'
        and c.initiated_on between a.valid_from and a.valid_to
        and c.age_years between a.age_from_years and a.age_to_years
    left join limits as i
        on i.step = 'non-urgent decision implemented'
        and c.urgency = 'non_urgent'
        and c.initiated_on between i.valid_from and i.valid_to
    left join limits as p
        on p.domain = 'disability_services'
        and c.service_task = 'disability'
        and c.initiated_on between p.valid_from and p.valid_to
    left join working_days as d on c.initiated_on = d.day
    left join working_days as b on {{ add_days("c.assessment_started_on", -1) }} = b.day

),

final as (

    select
        receipt_id,
        organiser_code,
        period,
        home_municipality_code,
        sex,
        birth_year,
        service_task,
        {{ is_in_month("initiated_on", "period") }} as is_new,
        coalesce({{ is_in_month("decided_on", "period") }}, false) as is_decided,
        decision,
        is_open,
        -- Null where the month saw no such step, or where no limit can be named.
        case when {{ is_in_month("assessment_started_on", "period") }} then is_assessment_in_time end as is_assessment_in_time,
        case when {{ is_in_month("implemented_on", "period") }} then is_implementation_in_time end as is_implementation_in_time,
        case when {{ is_in_month("decided_on", "period") }} then is_disability_decision_in_time end as is_disability_decision_in_time,
        case when is_open then is_past_implementation_limit end as is_open_past_limit
    from judged

)

select * from final
