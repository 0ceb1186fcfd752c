-- One row per indicator that is made of events, as the catalogue has it: what is divided by what, and for which bases, periods and groups.
with indicators as (

    select * from {{ ref("core__dim_indicator") }}
    where numerator_measure is not null

),

datasets as (

    {{ event_dataset_rows() }}

),

bases as (

    select * from {{ ref("raw__statistical_basis") }}

),

final as (

    select
        i.indicator_code,
        i.source_code,
        coalesce(i.denominator_source_code, i.source_code) as denominator_source_code,
        i.numerator_measure,
        case when i.denominator_measure <> 'population' then i.denominator_measure end as denominator_measure,
        coalesce(i.denominator_measure = 'population', false) as is_population_rate,
        i.formula_kind,
        cast(i.multiplier as bigint) as multiplier,
        cast({{ measure_scale("i.numerator_measure") }} as bigint) as numerator_scale,
        cast({{ measure_scale("coalesce(i.denominator_measure, '')") }} as bigint) as denominator_scale,
        i.formula_kind = 'share' and coalesce(b.statistical_basis = 'proportion', false) as has_interval,
        i.period_grains,
        i.bases,
        i.population_groups,
        -- What the joint authority does counts where both sides of the figure have it.
        n.has_joint_authority = 1 and d.has_joint_authority = 1 as has_joint_authority
    from indicators as i
    inner join datasets as n on i.source_code = n.source_code
    inner join datasets as d on coalesce(i.denominator_source_code, i.source_code) = d.source_code
    left join bases as b on i.indicator_code = b.indicator_code

)

select * from final
