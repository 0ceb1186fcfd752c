-- One row per delivery, basis, county that the contacts count for, and population group.
with placed as (

    {{ placed_by_basis(ref("int__care_contact_count")) }}

),

final as (

    select
        receipt_id,
        basis,
        county_code,
        {{ rolled_up_splits() }},
        cast(sum(contacts) as bigint) as contacts,
        cast(sum(phc_doctor_visits) as bigint) as phc_doctor_visits
    from placed
    {{ grouping_by_split(["receipt_id", "basis", "county_code"]) }}

)

select * from final
