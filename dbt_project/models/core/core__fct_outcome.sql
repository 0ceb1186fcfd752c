{{ config(materialized="view") }}
-- One row per pair of measurements in force and delivery, for as long as the delivery held. What a later delivery of its month repeats has a row of each delivery.
with measurements as (

    select * from {{ ref("stg__outcome") }}

),

deliveries as (

    select * from {{ ref("stg__delivery") }}
    where dataset = 'outcomes' and {{ was_in_force() }}

),

final as (

    select
        o.receipt_id,
        o.row_receipt_id,
        o.record_number,
        o.organiser_code,
        o.period,
        {{ month_start("o.period") }} as period_start,
        o.sequence,
        o.file_name,
        o.line_number,
        o.measurement_id,
        o.client_id,
        o.birth_year,
        o.sex,
        o.home_municipality_code,
        o.service_class_code,
        o.instrument,
        o.baseline_on,
        o.baseline_score,
        o.follow_up_due_on,
        o.follow_up_on,
        o.follow_up_score,
        d.sample_share,
        d.origin,
        d.known_from,
        d.known_to
    from measurements as o
    inner join deliveries as d on o.receipt_id = d.receipt_id

)

select * from final
