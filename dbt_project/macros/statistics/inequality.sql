{#
    Inequality over an ordered axis alone: quintiles of the population, put in order by a named national indicator of the home municipality. Never over sex, language or
    municipality type, which have no order: for those highest_to_lowest.
#}

{#
    Slope index (SII), relative index (RII) and what they were made of: least squares of the group's value on its relative rank, the mid-point of its share of the population
    counted from the most deprived, weighted by population. SII is the slope; RII the fitted value at rank 1 by that at rank 0. `groups` is a relation with `key`, `axis_order`
    (1 = most deprived), population and value. None from fewer than three groups, nor where a group has no value.
#}
{% macro slope_index(groups, key) %}
    select
        {{ key | join(", ") }},
        cast(group_count as integer) as group_count,
        cast(slope as decimal(18, 4)) as sii,
        cast((mean_value + slope * (1 - mean_rank)) / nullif(mean_value - slope * mean_rank, 0) as decimal(18, 4)) as rii
    from (
        select
            *,
            (weighted_product - mean_rank * mean_value) / nullif(weighted_square - mean_rank * mean_rank, 0) as slope
        from (
            select
                {{ key | join(", ") }},
                count(*) as group_count,
                {% for name, term in [
                    ("mean_rank", "midpoint"), ("mean_value", "cast(value as double)"),
                    ("weighted_product", "midpoint * cast(value as double)"), ("weighted_square", "midpoint * midpoint"),
                ] -%}
                cast(sum(cast(share * {{ term }} as decimal(38, 12))) as double) as {{ name }}{{ "," if not loop.last }}
                {% endfor %}
            from (
                select
                    *,
                    population / cast(sum(population) over (partition by {{ key | join(", ") }}) as double) as share,
                    (
                        sum(population) over (partition by {{ key | join(", ") }} order by axis_order rows between unbounded preceding and current row)
                        - population / cast(2 as double)
                    ) / sum(population) over (partition by {{ key | join(", ") }}) as midpoint
                from {{ groups }}
            ) as ranked
            group by {{ key | join(", ") }}
            having count(*) >= 3 and count(value) = count(*)
        ) as sums
    ) as fitted
{% endmacro %}

{# Quintile of a place among places in order of `axis`: fifths of the population that the places have, a place in the fifth where its mid-point lies. 1 = lowest. #}
{% macro population_quintile(axis, population, tie, partition_by) -%}
    least(5, 1 + cast(floor(
        5 * (
            sum({{ population }}) over (partition by {{ partition_by }} order by {{ axis }}, {{ tie }} rows between unbounded preceding and current row)
            - {{ population }} / cast(2 as double)
        ) / nullif(sum({{ population }}) over (partition by {{ partition_by }}), 0)
    ) as integer))
{%- endmacro %}

{# Groups without an order: how many times the lowest value the highest is, and how much more. Aggregates. #}
{% macro highest_to_lowest_ratio(value) -%}
    cast(max({{ value }}) / nullif(cast(min({{ value }}) as double), 0) as decimal(18, 4))
{%- endmacro %}

{% macro highest_to_lowest_difference(value) -%}cast(max({{ value }}) - min({{ value }}) as decimal(18, 4)){%- endmacro %}
