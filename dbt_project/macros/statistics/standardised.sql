{#
    Directly standardised rates, as aggregates over the strata of one figure: `events` and `n` of a stratum, `weight` its people in the standard population
    (raw__standard_population). There is none below 10 events, and none when a stratum has nobody to have an event. A stratum's part is rounded to twelve
    decimals before it is added, so that the order of addition changes nothing.
#}

{% macro standardised_rate_minimum() %}10{% endmacro %}

{% macro is_standardisable(events, n) -%}
    sum({{ events }}) >= {{ standardised_rate_minimum() }} and min({{ n }}) > 0
{%- endmacro %}

{% macro standardised_rate(events, n, weight, per) -%}
    case
        when {{ is_standardisable(events, n) }} then
            cast(
                {{ per }} * cast(sum(cast({{ weight }} * {{ events }} / nullif(cast({{ n }} as double), 0) as decimal(38, 12))) as double) / sum({{ weight }})
                as decimal(18, 4)
            )
    end
{%- endmacro %}

{# Limit by Dobson and others: the rate, and the count's own limit scaled by the root of Var(rate) / O. #}
{% macro standardised_rate_limit(events, n, weight, per, sign) -%}
    case
        when {{ is_standardisable(events, n) }} then
            cast(
                {{ per }} * (
                    cast(sum(cast({{ weight }} * {{ events }} / nullif(cast({{ n }} as double), 0) as decimal(38, 12))) as double)
                    + sqrt(
                        cast(sum(cast(power({{ weight }} / nullif(cast({{ n }} as double), 0), 2) * {{ events }} as decimal(38, 12))) as double) / sum({{ events }})
                    ) * cast({{ poisson_limit("sum(" ~ events ~ ")", sign) }} - sum({{ events }}) as double)
                ) / sum({{ weight }})
                as decimal(18, 4)
            )
    end
{%- endmacro %}

{#
    The standard population by the age groups that part the population: age_group, weight. A five-year group that is cut by an age group is shared evenly among its years.
#}
{% macro standard_weights_by_age_group() -%}
    select
        g.age_group,
        sum(cast(s.weight as integer) * cast(
            (least(coalesce(cast(s.age_to_years as integer), 999), g.last_year) - greatest(cast(s.age_from_years as integer), g.first_year) + 1) as double
        ) / (coalesce(cast(s.age_to_years as integer), 999) - cast(s.age_from_years as integer) + 1)) as weight
    from {{ ref("raw__standard_population") }} as s
    inner join (
        select {{ age_group("first_year") }} as age_group, min(first_year) as first_year, max(last_year) as last_year
        from (
            {% for band, first, last in age_bands() -%}
            select {{ first }} as first_year, {{ last if last is not none else 999 }} as last_year
            {{ "union all" if not loop.last }}
            {% endfor -%}
        ) as bands
        group by {{ age_group("first_year") }}
    ) as g
        on cast(s.age_from_years as integer) <= g.last_year and coalesce(cast(s.age_to_years as integer), 999) >= g.first_year
    where s.standard = 'ESP2013'
    group by g.age_group
{%- endmacro %}
