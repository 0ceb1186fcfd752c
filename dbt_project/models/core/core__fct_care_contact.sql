{{ config(materialized="view") }}
-- One row per contact in force and delivery, for as long as the delivery held. A contact that a later delivery of its month repeats has a row of each delivery.
with contacts as (

    select * from {{ ref("stg__care_contact") }}

),

deliveries as (

    select * from {{ ref("stg__delivery") }}
    where dataset = 'care_contacts' and {{ was_in_force() }}

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
        c.contact_id,
        c.client_id,
        c.birth_year,
        c.age_at_assessment_years,
        c.sex,
        c.home_municipality_code,
        c.service_class_code,
        c.contact_mode,
        c.profession,
        c.professional_id,
        c.unit_id,
        c.urgency,
        c.contacted_at,
        c.need_assessed_at,
        c.booked_at,
        c.visited_at,
        cast({{ utc_offset_minutes("c.contacted_at") }} as smallint) as contacted_at_utc_offset_minutes,
        cast({{ utc_offset_minutes("c.visited_at") }} as smallint) as visited_at_utc_offset_minutes,
        coalesce({{ is_clock_repeated("c.contacted_at") }}, false)
        or coalesce({{ is_clock_repeated("c.visited_at") }}, false) as is_clock_repeated,
        c.reason_code,
        c.visit_duration_hours,
        c.sample_share,
        d.origin,
        d.known_from,
        d.known_to
    from contacts as c
    inner join deliveries as d on c.receipt_id = d.receipt_id

)

select * from final
