{{ config(materialized="view") }}
-- One row per period of care in force and delivery, for as long as the delivery held. One that a later delivery of its month repeats has a row of each delivery.
with care_periods as (

    select * from {{ ref("stg__care_period") }}

),

deliveries as (

    select * from {{ ref("stg__delivery") }}
    where dataset = 'care_periods' and {{ was_in_force() }}

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
        c.period_id,
        c.client_id,
        c.birth_year,
        c.sex,
        c.home_municipality_code,
        c.service_form,
        c.provider_sector,
        c.started_on,
        c.ended_on,
        c.rai_assessed_on,
        c.rai_maple,
        c.status_on,
        d.sample_share,
        d.origin,
        d.known_from,
        d.known_to
    from care_periods as c
    inner join deliveries as d on c.receipt_id = d.receipt_id

)

select * from final
