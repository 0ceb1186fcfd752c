{{ config(materialized="view") }}
-- One row per case in force and delivery, for as long as the delivery held. One that a later delivery of its month repeats has a row of each delivery.
with social_services as (

    select * from {{ ref("stg__social_services_case") }}

),

deliveries as (

    select * from {{ ref("stg__delivery") }}
    where dataset = 'social_services' and {{ was_in_force() }}

),

final as (

    select
        c.receipt_id,
        c.row_receipt_id,
        c.record_number,
        c.organiser_code,
        c.period,
        {{ month_start("c.period") }} as period_start,
        c.sequence,
        c.file_name,
        c.line_number,
        c.case_id,
        c.client_id,
        c.birth_year,
        c.sex,
        c.home_municipality_code,
        c.service_task,
        c.urgency,
        c.initiated_on,
        c.assessment_started_on,
        c.assessed_on,
        c.decided_on,
        c.decision,
        c.implemented_on,
        c.status_on,
        d.sample_share,
        d.origin,
        d.known_from,
        d.known_to
    from social_services as c
    inner join deliveries as d on c.receipt_id = d.receipt_id

)

select * from final
