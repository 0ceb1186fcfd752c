-- One row per correction, row that it is of, and stretch of time over which it stood, with what has become of it.
with corrections as (

    select * from {{ ref("stg__correction") }}

),

targets as (

    select * from {{ ref("int__correction_target") }}

),

final as (

    select
        c.correction_id,
        c.dataset,
        c.row_key as source_row_key,
        c.column_name,
        case
            when c.is_withdrawn then {{ correction_withdrawn() }}
            when c.known_to is not null then {{ correction_expired() }}
            when t.row_key is null then {{ correction_row_not_there() }}
            when t.value_given is distinct from c.expected_value or t.value_status = {{ value_suppressed() }}
                then {{ correction_no_longer_matches() }}
            else {{ correction_in_place() }}
        end as state,
        c.expected_value,
        t.value_given,
        c.new_value,
        c.reason_fi,
        c.reason_sv,
        c.reason_en,
        c.source,
        c.told_to,
        c.told_on,
        c.decided_by,
        c.expires_on,
        c.known_from,
        c.known_to
    from corrections as c
    left join targets as t on c.dataset = t.dataset and c.row_key = t.row_key

)

select * from final
