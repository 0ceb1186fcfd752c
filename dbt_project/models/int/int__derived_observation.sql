-- One row per derived indicator, basis, region, period and stretch of time over which none of the figures that it is made of changed.
{%- set place = ["indicator_code", "derivation_kind", "source_code", "basis", "region_level", "region_code", "period_grain", "period_start", "period_end"] %}
with derived as (

    select * from {{ ref("raw__derived_indicator") }}

),

figures as (

    select * from {{ ref("int__contact_observation") }}
    union all
    select * from {{ ref("int__event_observation") }}

),

weights as (

    {{ standard_weights_by_age_group() }}

),

multipliers as (

    select indicator_code, multiplier from {{ ref("core__dim_indicator") }}

),

-- The groups that a derived figure is made of: all age groups that part the population, or the two that are compared. Beside them the total, which is there even where
-- nothing came and no group has a row.
inputs as (

    select
        d.indicator_code,
        d.derivation_kind,
        f.source_code,
        f.basis,
        f.region_level,
        f.region_code,
        f.period_grain,
        f.period_start,
        f.period_end,
        case
            when {{ split_kind("f") }} = 'total' then 'total'
            when d.derivation_kind = 'group_ratio' and d.compared_to = {{ group_of_split("f", "d.split") }} then 'compared_to'
            else 'group'
        end as part,
        f.value,
        f.value_status,
        f.numerator,
        f.denominator,
        f.origin,
        f.coverage,
        f.comparability_reason,
        w.weight,
        f.known_from,
        coalesce(f.known_to, {{ open_end() }}) as known_to
    from derived as d
    inner join figures as f on d.base_indicator_code = f.indicator_code and {{ split_kind("f") }} in ('total', d.split)
    left join weights as w on f.age_group = w.age_group and d.derivation_kind = 'standardised'
    where
        {{ split_kind("f") }} = 'total'
        or w.weight is not null
        or {{ group_of_split("f", "d.split") }} in (d.compared_group, d.compared_to)

),

moments as (

    select distinct {{ place | join(", ") }}, known_from as moment from inputs
    union
    select distinct {{ place | join(", ") }}, known_to as moment from inputs

),

stretches as (

    select
        *,
        lead(moment) over (partition by {{ place | join(", ") }} order by moment) as moment_after
    from moments

),

held as (

    select
        {% for column in place %}s.{{ column }}, {% endfor %}
        s.moment as known_from,
        s.moment_after as known_to,
        i.part,
        i.value_status,
        case when i.part <> 'total' then i.value end as value,
        case when i.part <> 'total' then cast(i.numerator as bigint) end as events,
        case when i.part <> 'total' then i.denominator end as people,
        i.weight,
        i.origin,
        i.coverage,
        i.comparability_reason,
        m.multiplier
    from stretches as s
    inner join inputs as i
        on {% for column in place %}s.{{ column }} = i.{{ column }} and {% endfor %}
        i.known_from <= s.moment and s.moment < i.known_to
    inner join multipliers as m on s.indicator_code = m.indicator_code

),

summed as (

    select
        {{ place | join(", ") }},
        known_from,
        known_to,
        case derivation_kind when 'standardised' then {{ age_groups() | length }} else 2 end as groups_wanted,
        count(case when part <> 'total' then 1 end) as groups_there,
        max(case when part = 'total' and value_status <> {{ value_missing() }} then 1 else 0 end) as is_total_known,
        count(case when part <> 'total' and value_status <> {{ value_missing() }} then 1 end) as groups_known,
        count(case when part <> 'total' and value_status = {{ value_not_applicable() }} then 1 end) as groups_not_applicable,
        sum(events) as events,
        sum(people) as people,
        {{ standardised_rate("events", "people", "weight", "max(multiplier)") }} as standardised_value,
        max(case when part = 'group' then value end) as group_value,
        max(case when part = 'compared_to' then value end) as compared_value,
        max({{ synthetic_input("origin") }}) as synthetic_inputs,
        min(coverage) as coverage,
        max(comparability_reason) as input_reason
    from held
    group by {{ place | join(", ") }}, known_from, known_to

),

judged as (

    select
        *,
        case
            when is_total_known = 1 and groups_there < groups_wanted then 'the region has no such group'
            when groups_known < groups_wanted then 'the figure of a group was not known'
            when groups_not_applicable > 0 then 'a group has no figure'
            when derivation_kind = 'standardised' and standardised_value is null
                then 'fewer than {{ standardised_rate_minimum() }} events, or an age group without residents'
            when derivation_kind = 'group_ratio' and compared_value = 0 then 'nothing to compare with: the figure of the other group is 0'
        end as own_reason
    from summed

),

told as (

    select
        *,
        case
            -- Not every region has municipalities of each type and language.
            when is_total_known = 1 and groups_there < groups_wanted then {{ value_not_applicable() }}
            when groups_known < groups_wanted then {{ value_missing() }}
            when own_reason is not null then {{ value_not_applicable() }}
            else {{ value_status_of_count("case when derivation_kind = 'standardised' then events else group_value end") }}
        end as value_status
    from judged

),

valued as (

    select
        *,
        case
            when value_status in ({{ value_missing() }}, {{ value_not_applicable() }}) then cast(null as decimal(18, 4))
            when derivation_kind = 'standardised' then standardised_value
            else {{ ratio("cast(group_value * 10000 as bigint)", "cast(compared_value * 10000 as bigint)") }}
        end as value,
        {{ joined_reasons(["own_reason", "input_reason"]) }} as comparability_reason
    from told

),

final as (

    select
        indicator_code,
        source_code,
        basis,
        region_level,
        region_code,
        period_grain,
        period_start,
        period_end,
        {% for column in split_columns() %}'total' as {{ column }}, {% endfor %}
        value,
        case when value_status <> {{ value_missing() }} then cast(case when derivation_kind = 'standardised' then events else group_value end as decimal(18, 4)) end as numerator,
        case when value_status <> {{ value_missing() }} then cast(case when derivation_kind = 'standardised' then people else compared_value end as decimal(18, 4)) end as denominator,
        cast(null as decimal(18, 4)) as value_low,
        cast(null as decimal(18, 4)) as value_high,
        value_status,
        {{ origin_of("synthetic_inputs", "'reported'") }} as origin,
        cast(coverage as decimal(5, 4)) as coverage,
        {{ derivation_summed() }} as derivation,
        {{ comparability_of("value_status", "comparability_reason") }} as comparability,
        comparability_reason,
        known_from,
        nullif(known_to, {{ open_end() }}) as known_to
    from valued

)

select * from final
