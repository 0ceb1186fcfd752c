{# The population groups of the marts. One figure is split by one dimension at a time, and by sex and age together. #}

{% macro split_columns() %}{{ return(["sex", "age_group", "language_status", "municipality_type"]) }}{% endmacro %}

{% macro age_group(age_years) -%}
    case
        when {{ age_years }} < 18 then '0-17'
        when {{ age_years }} < 65 then '18-64'
        when {{ age_years }} < 75 then '65-74'
        else '75+'
    end
{%- endmacro %}

{# Age groups that part the population: each person is in one. #}
{% macro age_groups() %}{{ return(["0-17", "18-64", "65-74", "75+"]) }}{% endmacro %}

{# Age groups that the law names beside those (care guarantee, Health Care Act section 51 a). They part the population too, on their own: never add them to the others. #}
{% macro law_age_groups() %}{{ return(["0-22", "23+"]) }}{% endmacro %}

{# The finest parts, of which every age group is made: name, first and last year. #}
{% macro age_bands() %}
    {{ return([("0-17", 0, 17), ("18-22", 18, 22), ("23-64", 23, 64), ("65-74", 65, 74), ("75+", 75, none)]) }}
{% endmacro %}

{% macro age_band(age_years) -%}
    case
        {% for band, first, last in age_bands() if last is not none -%}
        when {{ age_years }} <= {{ last }} then '{{ band }}'
        {% endfor -%}
        else '{{ age_bands()[-1][0] }}'
    end
{%- endmacro %}

{# A relation of age_group and age_band: the bands of each group, those of the law too. Joined to it, a person counts once in each of the two sets of groups. #}
{% macro age_group_bands() -%}
    {% for band, first, last in age_bands() -%}
    select {{ age_group(first) }} as age_group, '{{ band }}' as age_band
    union all
    select '{{ law_age_groups()[0 if last is not none and last <= 22 else 1] }}' as age_group, '{{ band }}' as age_band
    {{ "union all" if not loop.last }}
    {% endfor -%}
{%- endmacro %}

{# group by grouping sets: `key` with each published split. #}
{% macro grouping_by_split(key) -%}
    group by grouping sets (
        ({{ key | join(", ") }}),
        ({{ key | join(", ") }}, sex),
        ({{ key | join(", ") }}, age_group),
        ({{ key | join(", ") }}, sex, age_group),
        ({{ key | join(", ") }}, language_status),
        ({{ key | join(", ") }}, municipality_type)
    )
{%- endmacro %}

{# The split columns of a query grouped so: the group's own value, or 'total'. #}
{% macro rolled_up_splits() -%}
    {% for column in split_columns() -%}
    case when grouping({{ column }}) = 1 then 'total' else {{ column }} end as {{ column }}{{ "," if not loop.last }}
    {% endfor -%}
{%- endmacro %}

{# Which split a row is of; each row of a figure is of one. #}
{% macro split_kind(alias="") -%}
    {%- set at = alias ~ "." if alias else "" -%}
    case
        when {{ at }}sex <> 'total' and {{ at }}age_group <> 'total' then 'sex_and_age'
        {% for column in split_columns() -%}
        when {{ at }}{{ column }} <> 'total' then '{{ column }}'
        {% endfor -%}
        else 'total'
    end
{%- endmacro %}

{# The group of a row in a split of one dimension, of which `split` is the name. #}
{% macro group_of_split(alias, split) -%}
    case {{ split }}
        {% for column in split_columns() -%}
        when '{{ column }}' then {{ alias }}.{{ column }}
        {% endfor -%}
    end
{%- endmacro %}

{% macro split_kinds() %}{{ return(split_columns() + ["sex_and_age"]) }}{% endmacro %}

{# True for the row of everybody. #}
{% macro is_total() -%}
    (sex = 'total' and age_group = 'total' and language_status = 'total' and municipality_type = 'total')
{%- endmacro %}

{# Age group on the 31 December before the period's year, the day of the population that rates divide by. Born since then counts as 0. #}
{% macro age_at_reference_day(birth_year, year) -%}
    {{ age_group(year ~ " - 1 - " ~ birth_year) }}
{%- endmacro %}

{% macro age_band_at_reference_day(birth_year, year) -%}
    {{ age_band(year ~ " - 1 - " ~ birth_year) }}
{%- endmacro %}

{#
    Rows counted by sender and home municipality, once for each basis: residence (the county of the home municipality) and organiser (the
    sender; for a joint authority, which produces for others, the county of the home municipality). Only counties that organise have figures.
    The home municipality is today's: a code that was right in its own month counts where its population, which comes on the newest division, is counted.
#}
{% macro placed_by_basis(counted) %}
    select
        n.*,
        b.basis,
        h.region_code as county_code,
        t.language_status,
        t.municipality_type
    from {{ counted }} as n
    cross join (select 'residence' as basis union all select 'organiser' as basis) as b
    inner join {{ ref("core__dim_municipality") }} as m on n.year = m.year and n.home_municipality_code = m.municipality_code
    inner join {{ ref("core__dim_municipality") }} as t on m.year = t.year and m.current_municipality_code = t.municipality_code
    inner join {{ ref("core__dim_region") }} as s on n.sender_code = s.region_code and s.is_sender
    inner join {{ ref("core__dim_region") }} as h
        on h.region_level = 'county'
        and h.is_organiser
        and h.region_code = case when b.basis = 'organiser' and s.is_organiser then n.sender_code else t.county_code end
{% endmacro %}
