{# Deliveries, the periods they make, and who is complete in them: the same for every dataset that the senders deliver by the month. #}

{# Whether a delivery was ever in force: one that was annulled was, until then. #}
{% macro was_in_force() -%}status in ('accepted', 'superseded', 'annulled'){%- endmacro %}

{# One row per delivery of a dataset that was ever the known one of its sender and month. #}
{% macro known_deliveries(dataset) %}
with deliveries as (

    select * from {{ ref("stg__delivery") }}
    where dataset = '{{ dataset }}' and {{ was_in_force() }}

),

final as (

    select
        receipt_id,
        organiser_code as sender_code,
        {{ month_start("period") }} as month_start,
        cast(sample_share * 1000000 as bigint) as sample_share_ppm,
        {{ synthetic_input("origin") }} as is_synthetic,
        known_from,
        coalesce(known_to, {{ open_end() }}) as known_to
    from deliveries
    -- Replaced or annulled in the moment in which it was known: nobody could have seen a figure of it.
    where known_to is null or known_from < known_to

)

select * from final
{% endmacro %}

{# One row per period of these grains and month in it. A quarter or a year exists from the moment when each of its months has a delivery. `key` are columns that tell
   the datasets of `known_delivery` apart, where it has several. #}
{% macro period_months(known_delivery, grains, key=[]) %}
{%- set month_counts = {"month": 1, "quarter": 3, "year": 12} %}
with months as (

    select
        {% for column in key %}{{ column }}, {% endfor -%}
        month_start,
        min(known_from) as known_from,
        max(is_synthetic) as is_synthetic
    from {{ known_delivery }}
    group by {% for column in key %}{{ column }}, {% endfor %}month_start

),

{% for grain in grains if grain != "month" -%}
{{ grain }}s as (

    select
        {% for column in key %}{{ column }}, {% endfor -%}
        cast(date_trunc('{{ grain }}', month_start) as date) as period_start,
        max(known_from) as known_from,
        max(is_synthetic) as is_synthetic
    from months
    group by {% for column in key %}{{ column }}, {% endfor %}cast(date_trunc('{{ grain }}', month_start) as date)
    having count(*) = {{ month_counts[grain] }}

),

{% endfor -%}
periods as (

    select
        {% for column in key %}{{ column }}, {% endfor -%}
        'month' as period_grain,
        month_start as period_start,
        month_start,
        1 as month_count,
        known_from,
        is_synthetic
    from months
    {% for grain in grains if grain != "month" %}
    union all

    select
        {% for column in key %}w.{{ column }}, {% endfor -%}
        '{{ grain }}' as period_grain,
        w.period_start,
        m.month_start,
        {{ month_counts[grain] }} as month_count,
        w.known_from,
        w.is_synthetic
    from {{ grain }}s as w
    inner join months as m
        on w.period_start = cast(date_trunc('{{ grain }}', m.month_start) as date){% for column in key %} and w.{{ column }} = m.{{ column }}{% endfor %}
    {% endfor %}
),

final as (

    select
        {% for column in key %}{{ column }}, {% endfor -%}
        period_grain,
        period_start,
        {{ add_days(add_months("period_start", "month_count"), -1) }} as period_end,
        month_start,
        month_count,
        known_from,
        is_synthetic
    from periods

)

select * from final
{% endmacro %}

{# One row per period, county and stretch of time over which the county's own delivery of every month of the period was known. #}
{% macro county_presences(known_delivery, period_month, key=[]) %}
with own_deliveries as (

    select
        {% for column in key %}p.{{ column }}, {% endfor -%}
        p.period_grain,
        p.period_start,
        p.month_count,
        d.sender_code as county_code,
        1 as months_known,
        d.sample_share_ppm,
        d.known_from,
        d.known_to
    from {{ known_delivery }} as d
    inner join {{ period_month }} as p on d.month_start = p.month_start{% for column in key %} and d.{{ column }} = p.{{ column }}{% endfor %}
    inner join {{ ref("core__dim_region") }} as r on d.sender_code = r.region_code and r.region_level = 'county' and r.is_organiser

),

states as (

    {{ running_states("own_deliveries", key + ["period_grain", "period_start", "month_count", "county_code"], ["months_known", "sample_share_ppm"]) }}

),

final as (

    select
        {% for column in key %}{{ column }}, {% endfor -%}
        period_grain,
        period_start,
        county_code,
        -- Of the months taken together: three times the share of each in a quarter sampled evenly.
        cast(sample_share_ppm as bigint) as sample_share_ppm,
        known_from,
        known_to
    from states
    where months_known = month_count

)

select * from final
{% endmacro %}

{# One row per period and stretch of time over which one year's population was the latest known one of the 31 December days before the period. #}
{% macro population_references(period_month) %}
with years as (

    select
        year,
        min(known_from) as known_from
    from {{ ref("core__fct_population") }}
    group by year

),

periods as (

    select distinct
        period_grain,
        period_start,
        cast(extract(year from period_start) as smallint) - 1 as expected_year
    from {{ period_month }}

),

candidates as (

    select
        p.period_grain,
        p.period_start,
        p.expected_year,
        y.year as population_year,
        y.known_from,
        -- An older year serves until any later one, up to the expected one, is known.
        coalesce(
            min(y.known_from) over (
                partition by p.period_grain, p.period_start order by y.year desc rows between unbounded preceding and 1 preceding
            ),
            {{ open_end() }}
        ) as known_to
    from periods as p
    inner join years as y on y.year <= p.expected_year

),

final as (

    select
        period_grain,
        period_start,
        cast(expected_year as smallint) as expected_year,
        population_year,
        known_from,
        known_to
    from candidates
    where known_from < known_to

)

select * from final
{% endmacro %}

{# Whether a state (`alias`) has the population of every county that its figure is of. #}
{% macro is_population_whole(alias) -%}
    {{ alias }}.counties_complete > 0 and {{ alias }}.population_parts > 0 and {{ alias }}.population_parts_missing = 0
{%- endmacro %}

{# Why a rate of a state (`alias`) divides by an older population than that of the 31 December before its period; null where it does not. #}
{% macro older_population_reason(alias) -%}
    case
        when {{ alias }}.population_years_behind > 0 then
            'population of 31 December '
            || cast(cast(extract(year from {{ alias }}.period_start) as bigint) - 1
                - {{ integer_divide(alias ~ ".population_years_behind", alias ~ ".population_parts") }} as varchar)
            || ' used, that of '
            || cast(cast(extract(year from {{ alias }}.period_start) as bigint) - 1 as varchar)
            || ' was not known'
    end
{%- endmacro %}

{# Which expected deliveries of a figure are not there; null where all are. #}
{% macro missing_deliveries_reason(deliveries, expected) -%}
    case when {{ deliveries }} < {{ expected }} then cast({{ expected }} - {{ deliveries }} as varchar) || ' of ' || cast({{ expected }} as varchar) || ' expected deliveries missing' end
{%- endmacro %}

{# Whether deliveries were sampled at different shares, from their number, the sum of the shares and the sum of their squares: all are equal when the mean of the squares is
   the square of the mean. #}
{% macro unequal_samples_reason(deliveries, share, share_squared) -%}
    case when {{ share_squared }} * ({{ deliveries }}) <> {{ wide(share) }} * {{ share }} then 'deliveries sampled at different shares' end
{%- endmacro %}

{# The accepted records of a dataset, of each delivery that was ever accepted: where each came from, and `columns` of its contract by their types. #}
{% macro accepted_records(dataset, columns) -%}
select
    cast(receipt_id as varchar) as receipt_id,
    cast(coalesce(row_receipt_id, receipt_id) as varchar) as row_receipt_id,
    cast(organiser_code as varchar) as organiser_code,
    cast(period as varchar) as period,
    cast(sequence as integer) as sequence,
    cast(file_name as varchar) as file_name,
    cast(record_number as bigint) as record_number,
    cast(line_number as bigint) as line_number,
    {% for column, type in columns.items() -%}
    cast({{ column }} as {{ type }}) as {{ column }}{{ "," if not loop.last }}
    {% endfor -%}
from {{ source("slices", dataset) }}
where rule_mask = 0
{%- endmacro %}

{# The records of a staged model with `columns` of their own, a row for each delivery that was in force and each stretch of time over which it held. `of_sample`: whether a
   delivery may hold a part of the residents alone, and says so. #}
{% macro event_facts(dataset, staged, columns, of_sample=false) -%}
with records as (

    select * from {{ staged }}

),

deliveries as (

    select * from {{ ref("stg__delivery") }}
    where dataset = '{{ dataset }}' and {{ was_in_force() }}

),

final as (

    select
        r.receipt_id,
        r.row_receipt_id,
        r.record_number,
        r.organiser_code,
        r.period,
        {{ month_start("r.period") }} as period_start,
        r.sequence,
        r.file_name,
        r.line_number,
        {% for column in columns -%}
        r.{{ column }},
        {% endfor -%}
        {% if of_sample -%}
        d.sample_share,
        {% endif -%}
        d.origin,
        d.known_from,
        d.known_to
    from records as r
    inner join deliveries as d on r.receipt_id = d.receipt_id

)

select * from final
{%- endmacro %}
