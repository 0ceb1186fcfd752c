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
