-- One row per month of a dataset that is usable, and rule of its contract: how many rows broke it, of how many, against what its kind may.
with rules as (

    select
        *,
        case
            when check_kind in ('codes', 'in_force') then 'checks_codes'
            when dimension in ('accuracy', 'consistency') then 'checks_plausibility'
            else 'checks_conformance'
        end as item_code
    from {{ ref("stg__rule_count") }}

),

final as (

    select
        r.organiser_code,
        r.dataset,
        r.period,
        r.rule_id,
        r.item_code,
        r.failed,
        r.applicable,
        cast(100.0 * r.failed / nullif(r.applicable, 0) as decimal(18, 4)) as failed_percent,
        cast(i.threshold as decimal(18, 4)) as threshold,
        case
            when r.applicable = 0 then {{ scorecard_not_applicable() }}
            -- Not the rounded per cent: one row of a million is more than none.
            when 100 * r.failed > cast(i.threshold as decimal(18, 4)) * r.applicable then {{ scorecard_fail() }}
            else {{ scorecard_pass() }}
        end as status,
        v.formula_version
    from rules as r
    cross join {{ ref("int__scorecard_version") }} as v
    inner join {{ ref("raw__scorecard_item") }} as i
        on v.formula_version = i.formula_version and r.item_code = i.item_code and i.scope = 'dataset'

)

select * from final
