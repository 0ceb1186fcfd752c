-- One row per month of a dataset that is usable, and field: valid, other, default, invalid and missing values, and the field's score.
with counts as (

    select * from {{ ref("stg__field_count") }}

),

final as (

    select
        c.organiser_code,
        c.dataset,
        c.period,
        c.column_name,
        c.column_position,
        c.is_key,
        c.n,
        c.valid_count,
        c.other_count,
        c.default_count,
        c.invalid_count,
        c.missing_count,
        {{ dqmi_item("c.valid_count + c.other_count + c.default_count", "c.default_count", "c.n", "v.default_tolerance") }} as item_score,
        v.formula_version
    from counts as c
    cross join {{ ref("int__scorecard_version") }} as v

)

select * from final
