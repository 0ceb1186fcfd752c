-- One row per pair, region and period that is expected, judged or not.
with cases as (

    select * from {{ ref("int__reconciliation_case") }}

),

final as (

    select
        c.pair_id,
        p.name_fi as pair_name_fi,
        p.name_sv as pair_name_sv,
        p.name_en as pair_name_en,
        c.region_level,
        c.region_code,
        r.region_name_fi,
        r.region_name_sv,
        r.region_name_en,
        c.period_grain,
        c.period_start,
        coalesce(j.verdict, {{ verdict_could_not_run() }}) as verdict,
        c.could_not_run_reason,
        c.our_source_code,
        c.our_value,
        c.their_source_code,
        c.their_value,
        cast(c.our_value - c.their_value as decimal(18, 4)) as difference,
        cast({{ relative_difference("c.our_value", "c.their_value") }} as decimal(18, 4)) as relative_difference,
        c.green_within,
        c.amber_within,
        c.moved_side,
        c.our_value_before,
        c.their_value_before,
        c.sampling_margin,
        c.what_differs,
        c.origin
    from cases as c
    inner join {{ ref("raw__reconciliation") }} as p on c.pair_id = p.pair_id
    inner join {{ ref("core__dim_region") }} as r on c.region_level = r.region_level and c.region_code = r.region_code
    left join {{ ref("int__reconciliation_judged") }} as j
        on
            c.pair_id = j.pair_id
            and c.region_level = j.region_level
            and c.region_code = j.region_code
            and c.period_start = j.period_start

)

select * from final
