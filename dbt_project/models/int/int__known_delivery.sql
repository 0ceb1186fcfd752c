-- One row per care-contact delivery that was ever the known one of its sender and month.
with deliveries as (

    select * from {{ ref("stg__delivery") }}
    where dataset = 'care_contacts' and status in ('accepted', 'superseded')

),

final as (

    select
        receipt_id,
        organiser_code as sender_code,
        {{ month_start("period") }} as month_start,
        cast(sample_share * 1000000 as bigint) as sample_share_ppm,
        {{ synthetic_input("origin") }} as is_synthetic,
        known_from,
        coalesce(known_to, {{ open_end() }}) as known_to
    from deliveries
    -- Replaced in the moment in which it was known: nobody could have seen a figure of it.
    where known_to is null or known_from < known_to

)

select * from final
