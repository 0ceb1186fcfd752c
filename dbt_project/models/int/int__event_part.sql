-- One row per indicator made of events, side of its formula that is a measure, basis, period grain and kind of split for which it is made.
with indicators as (

    select * from {{ ref("int__event_indicator") }}

),

sides as (

    select indicator_code, 'numerator' as side, source_code as measured_source_code, numerator_measure as measure_code
    from indicators

    union all

    select indicator_code, 'denominator' as side, denominator_source_code as measured_source_code, denominator_measure as measure_code
    from indicators
    where denominator_measure is not null

),

bases as (

    select 'residence' as basis
    union all
    select 'organiser' as basis

),

grains as (

    select 'month' as period_grain
    union all
    select 'quarter' as period_grain
    union all
    select 'year' as period_grain

),

splits as (

    select 'total' as split_kind
    {% for kind in split_kinds() -%}
    union all
    select '{{ kind }}' as split_kind
    {% endfor %}
),

final as (

    select
        i.indicator_code,
        s.side,
        i.source_code,
        i.denominator_source_code,
        s.measured_source_code,
        s.measure_code,
        i.is_population_rate,
        i.formula_kind,
        b.basis,
        g.period_grain,
        k.split_kind
    from indicators as i
    inner join sides as s on i.indicator_code = s.indicator_code
    inner join bases as b on {{ list_has("i.bases", "b.basis") }}
    inner join grains as g on {{ list_has("i.period_grains", "g.period_grain") }}
    inner join splits as k on k.split_kind = 'total' or {{ list_has("i.population_groups", "k.split_kind") }}

)

select * from final
