{# The care guarantee, dated: what both families of figures that are made of contacts judge by. #}

{# The limits of the first non-urgent visit in primary health care, one row for each stretch of days and ages: limit_value, limit_unit, age_from_years, age_to_years, valid_from, valid_to. #}
{% macro first_visit_limits() %}
    select
        cast(limit_value as integer) as limit_value,
        limit_unit,
        cast(coalesce(age_from_years, '0') as smallint) as age_from_years,
        cast(coalesce(age_to_years, '999') as smallint) as age_to_years,
        cast(coalesce(valid_from, '0001-01-01') as date) as valid_from,
        cast(coalesce(valid_to, '9999-12-31') as date) as valid_to
    from {{ ref("raw__care_guarantee") }}
    where domain = 'primary_health_care' and step = 'first non-urgent visit' and is_applied = 'true'
{% endmacro %}
