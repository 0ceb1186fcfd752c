{# Comparison of organisers in one period: control limits around the national value, over-dispersion; and the trend of one organiser over five periods. #}

{#
    Variance that chance alone gives a figure at the target: of a proportion by the binomial, of a rate of persons by the Poisson distribution, both per `per` of the
    denominator.
#}
{% macro funnel_variance(basis, target, n, per) -%}
    case {{ basis }}
        when 'proportion' then cast({{ target }} as double) * ({{ per }} - cast({{ target }} as double)) / nullif({{ n }}, 0)
        when 'person_rate' then cast({{ target }} as double) * {{ per }} / nullif({{ n }}, 0)
    end
{%- endmacro %}

{# Distance from the target in standard errors. #}
{% macro z_score(value, target, variance) -%}
    cast(cast({{ value }} - {{ target }} as double) / nullif(sqrt({{ variance }}), 0) as decimal(18, 6))
{%- endmacro %}

{#
    Over-dispersion of the z-scores of a group (Spiegelhalter 2005): returns `key`, score_count (k) and phi. The tenth part of the scores at either end, rounded down, is
    first drawn in to the nearest score that stays (winsorised); phi is the mean of their squares. `scores` is a relation with `key`, `unit` (who) and z_score.
#}
{% macro overdispersion(scores, key, unit) %}
    select
        {{ key | join(", ") }},
        cast(count(*) as integer) as score_count,
        cast(cast(sum(cast(cast(least(greatest(z_score, lowest), highest) as double) * cast(least(greatest(z_score, lowest), highest) as double) as decimal(38, 12))) as double) / count(*) as decimal(18, 4)) as phi
    from (
        select
            *,
            max(case when score_rank = {{ integer_divide("score_count", "10") }} + 1 then z_score end) over (
                partition by {{ key | join(", ") }}
            ) as lowest,
            max(case when score_rank = score_count - {{ integer_divide("score_count", "10") }} then z_score end) over (
                partition by {{ key | join(", ") }}
            ) as highest
        from (
            select
                *,
                row_number() over (partition by {{ key | join(", ") }} order by z_score, {{ unit }}) as score_rank,
                count(*) over (partition by {{ key | join(", ") }}) as score_count
            from {{ scores }}
            where z_score is not null
        ) as ranked
    ) as bounded
    group by {{ key | join(", ") }}
{% endmacro %}

{# Whether phi is more than chance gives among k scores of one common value: above 1 + 2 * sqrt(2 / k). A few scores cannot tell. #}
{% macro is_overdispersed(phi, k) -%}
    ({{ k }} >= {{ var("comparison_minimum") }} and {{ phi }} > 1 + 2 * sqrt(2 / cast({{ k }} as double)))
{%- endmacro %}

{# Least squares over five equal steps: slope per period, exact; `values` oldest first. #}
{% macro trend_slope(values) -%}
    cast((2 * ({{ values[4] }} - {{ values[0] }}) + ({{ values[3] }} - {{ values[1] }})) / cast(10 as double) as decimal(18, 6))
{%- endmacro %}

{# Half the width of the slope's 95 % interval: Student's t of three degrees of freedom times the standard error, root of SSE / 3 / 10. #}
{% macro trend_margin(values) -%}
    {%- set shifted = [] -%}
    {%- for value in values %}{% do shifted.append("cast(" ~ value ~ " - " ~ values[2] ~ " as double)") %}{% endfor -%}
    {%- set rise = "(2 * (" ~ shifted[4] ~ " - " ~ shifted[0] ~ ") + (" ~ shifted[3] ~ " - " ~ shifted[1] ~ "))" -%}
    cast(
        3.182446 * sqrt(greatest(0,
            {% for value in shifted %}power({{ value }}, 2){{ " + " if not loop.last }}{% endfor %}
            - power({{ shifted | join(" + ") }}, 2) / 5 - power({{ rise }}, 2) / 10
        ) / 30)
        as decimal(18, 6)
    )
{%- endmacro %}
