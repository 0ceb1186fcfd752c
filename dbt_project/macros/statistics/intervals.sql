{#
    Intervals of one figure, 95 %, as expressions: a proportion, a count, a rate, a ratio to what was expected. Formulae, units and sources are in statistics.yml, the
    choice between them in docs/statistics.md. Only roots and powers pass through a float, row by row; what is returned is DECIMAL. `sign` is '-' for the lower and
    '+' for the upper limit.
#}

{% macro z_95() %}1.959964{% endmacro %}
{% macro z_998() %}3.090232{% endmacro %}

{#
    Wilson score interval of a proportion, 95 %: (2O + z2 +- z * sqrt(z2 + 4Oq/n)) / (2(n + z2)) with q = n - O.
    `sign` is '-' for the lower and '+' for the upper limit. DECIMAL(18, 4) within 0..1; null when n is zero or null.
#}
{% macro wilson_limit(events, n, sign) -%}
    case
        when {{ n }} > 0 then
            cast(
                least(1, greatest(0,
                    (
                        2 * {{ events }} + {{ z_95() }} * {{ z_95() }}
                        {{ sign }} {{ z_95() }} * sqrt(
                            {{ z_95() }} * {{ z_95() }} + 4.0 * {{ events }} * ({{ n }} - {{ events }}) / cast({{ n }} as double)
                        )
                    ) / (2.0 * ({{ n }} + {{ z_95() }} * {{ z_95() }}))
                ))
                as decimal(18, 4)
            )
    end
{%- endmacro %}

{#
    Exact limits of a Poisson count below 10, which are half the chi-square quantiles of 2O and 2O + 2 degrees of freedom. No engine that the models run on
    has that quantile, so the twenty limits stand here: the lower is the mean at which O or more, the upper that at which O or fewer, come with probability 0.025.
    tests/dbt_project/test_statistics.py puts each back into that probability.
#}
{% macro exact_poisson_limits() -%}
    {{ return([
        ("0.000000", "3.688879"), ("0.025318", "5.571643"), ("0.242209", "7.224688"), ("0.618672", "8.767273"), ("1.089865", "10.241589"),
        ("1.623486", "11.668332"), ("2.201894", "13.059474"), ("2.814363", "14.422675"), ("3.453832", "15.763189"), ("4.115373", "17.084803"),
    ]) }}
{%- endmacro %}

{# Limit of a count of independent events (persons, never contacts or visits): exact below 10, Byar's approximation from there on. #}
{% macro poisson_limit(events, sign) -%}
    cast(
        case
            {% for low, high in exact_poisson_limits() -%}
            when {{ events }} = {{ loop.index0 }} then {{ low if sign == "-" else high }}
            {% endfor -%}
            when {{ events }} >= 10 then
                {% set mean = "cast(" ~ events ~ (" + 1" if sign == "+" else "") ~ " as double)" -%}
                {{ mean }} * power(1 - 1 / (9 * {{ mean }}) {{ sign }} {{ z_95() }} / (3 * sqrt({{ mean }})), 3)
        end as decimal(28, 10)
    )
{%- endmacro %}

{# Limit of a crude rate: that of its count, per `per` of the denominator. Null when the denominator is zero or null. #}
{% macro rate_limit(events, n, per, sign) -%}
    cast({{ per }} * cast({{ poisson_limit(events, sign) }} as double) / nullif({{ n }}, 0) as decimal(18, 4))
{%- endmacro %}

{# Indirectly standardised ratio: observed events by those that the rates of the standard would have given; and its limit. #}
{% macro standardised_ratio(events, expected) -%}
    cast({{ events }} / nullif(cast({{ expected }} as double), 0) as decimal(18, 4))
{%- endmacro %}

{% macro standardised_ratio_limit(events, expected, sign) -%}{{ rate_limit(events, expected, 1, sign) }}{%- endmacro %}

{# What a rate is told per: the factor that turns a share into the unit. #}
{% macro per_of_unit(unit) -%}
    case {{ unit }}
        when 'percent' then 100
        when 'per_1000' then 1000
        when 'per_10000' then 10000
        when 'per_100000' then 100000
        else 1
    end
{%- endmacro %}
