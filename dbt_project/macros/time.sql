{# Time: the calendar (periods, limits) and the knowledge axis (known_from, known_to). #}

{# Stands for "still known" inside intermediate models, where intervals are cut; published tables say null. #}
{% macro open_end() -%}cast('9999-12-31 00:00:00' as timestamp){%- endmacro %}

{% macro month_start(period) -%}cast({{ period }} || '-01' as date){%- endmacro %}

{% macro add_days(day, count) -%}cast({{ dbt.dateadd("day", count, day) }} as date){%- endmacro %}

{# Calendar months: the same day of a later month, or the last day of that month when it has no such day. #}
{% macro add_months(day, count) -%}cast({{ dbt.dateadd("month", count, day) }} as date){%- endmacro %}

{# Last day on which a limit that began on `day` is still kept. #}
{% macro last_day_within(day, value, unit) -%}
    case {{ unit }}
        when 'days' then {{ add_days(day, value) }}
        when 'weeks' then {{ add_days(day, "7 * " ~ value) }}
        when 'months' then {{ add_months(day, value) }}
    end
{%- endmacro %}

{# 2000-01-02 was a Sunday. Of days from then on. #}
{% macro is_sunday(day) -%}mod({{ dbt.datediff("cast('2000-01-02' as date)", day, "day") }}, 7) = 0{%- endmacro %}

{#
    Whether what happened on `stop` kept the limit that began on `start`; null where a limit in working days cannot be judged, for want of a calendar. The first day does not
    count. `started` and `before_stop` are rows of int__working_day, of the day `start` and of the day before `stop`: what happened on a rest day right after the last
    working day of the limit is too late.
#}
{% macro is_within_limit(start, stop, value, unit, started, before_stop) -%}
    case
        when {{ unit }} = 'working days' then {{ before_stop }}.working_days_to_date - {{ started }}.working_days_to_date < {{ value }}
        else {{ stop }} <= {{ last_day_within(start, value, unit) }}
    end
{%- endmacro %}

{# Whether a day is in the month 'YYYY-MM'; null when there is no day. #}
{% macro is_in_month(day, period) -%}({{ day }} >= {{ month_start(period) }} and {{ day }} < {{ add_months(month_start(period), 1) }}){%- endmacro %}

{# Whether what the day of something tells had not happened by a status day: it has no day, or a later one, since a month is told after its end. #}
{% macro had_not_happened(day, status_on) -%}({{ day }} is null or {{ day }} > {{ status_on }}){%- endmacro %}

{# The Sunday on which clocks are moved in a month of 31 days (March, October): its last one. 2000-01-02 was a Sunday. #}
{% macro last_sunday_of_month(moment) -%}
    {%- set last_day = add_days(dbt.date_trunc("month", moment), 30) -%}
    {%- set after_sunday = "-1 * mod(" ~ dbt.datediff("cast('2000-01-02' as date)", last_day, "day") ~ ", 7)" -%}
    {{ add_days(last_day, after_sunday) }}
{%- endmacro %}

{# True in the hour that clocks in Finland show twice, in autumn: whether it was the first or the second is not known. #}
{% macro is_clock_repeated(moment) -%}
    (
        extract(month from {{ moment }}) = 10
        and cast({{ moment }} as date) = {{ last_sunday_of_month(moment) }}
        and extract(hour from {{ moment }}) = 3
    )
{%- endmacro %}

{#
    Minutes by which a wall time in Finland is ahead of UTC: 180 in summer time, else 120; UTC = the wall time less these. The hour that is shown twice is taken for its first
    passing, in summer time (is_clock_repeated). The hour that is skipped in spring is no time: the row rules refuse it.
#}
{% macro utc_offset_minutes(moment) -%}
    case
        when {{ moment }} is null then null
        when extract(month from {{ moment }}) between 4 and 9 then 180
        when extract(month from {{ moment }}) = 3
            and {{ moment }} >= {{ dbt.dateadd("hour", 3, "cast(" ~ last_sunday_of_month(moment) ~ " as timestamp)") }} then 180
        when extract(month from {{ moment }}) = 10
            and {{ moment }} < {{ dbt.dateadd("hour", 4, "cast(" ~ last_sunday_of_month(moment) ~ " as timestamp)") }} then 180
        else 120
    end
{%- endmacro %}

{% macro later_of(a, b) -%}greatest({{ a }}, {{ b }}){%- endmacro %}
{% macro earlier_of(a, b) -%}least({{ a }}, {{ b }}){%- endmacro %}

{#
    From pieces to states. A piece says that additive measures hold over [known_from, known_to); the state of a key after each moment is the running
    total of all that began less all that ended. A late correction is thus one more moment, and the state before it stays.
    `pieces` is a relation with the columns of `key`, known_from, known_to (open_end() when current) and `measures` (integers).
    Moments at which nothing changes in sum make no row. Returned: key, known_from, known_to (open_end() when current), measures.
#}
{% macro running_states(pieces, key, measures) %}
    select
        {{ key | join(", ") }},
        event_at as known_from,
        coalesce(lead(event_at) over (partition by {{ key | join(", ") }} order by event_at), {{ open_end() }}) as known_to,
        {% for measure in measures %}
        sum({{ measure }}) over (
            partition by {{ key | join(", ") }} order by event_at rows between unbounded preceding and current row
        ) as {{ measure }}{{ "," if not loop.last }}
        {% endfor %}
    from (
        select {{ key | join(", ") }}, event_at, {% for m in measures %}sum({{ m }}) as {{ m }}{{ ", " if not loop.last }}{% endfor %}
        from (
            select {{ key | join(", ") }}, known_from as event_at, {{ measures | join(", ") }}
            from {{ pieces }}
            where known_from < known_to
            union all
            select {{ key | join(", ") }}, known_to as event_at, {% for m in measures %}-{{ m }}{{ ", " if not loop.last }}{% endfor %}
            from {{ pieces }}
            where known_from < known_to and known_to < {{ open_end() }}
        ) as moments
        group by {{ key | join(", ") }}, event_at
        having {% for m in measures %}sum({{ m }}) <> 0{{ " or " if not loop.last }}{% endfor %}
    ) as changes
{% endmacro %}

{#
    Versions of a row that say the same, one after the other, become one version. `versions` is a relation with `key`, known_from, known_to
    (null when current), the `payload` columns that make a version, and `carried` columns, of which the first version's are kept.
#}
{% macro collapsed_versions(versions, key, payload, carried=[]) %}
    select
        {{ (key + payload + carried) | join(", ") }},
        known_from,
        -- A version ends where the last of its repetitions did: just before the next change, or with the last row of all.
        nullif(
            coalesce(lead(previous_known_to) over (partition by {{ key | join(", ") }} order by known_from), last_known_to),
            {{ open_end() }}
        ) as known_to
    from (
        select
            {{ (key + payload + carried) | join(", ") }},
            known_from,
            lag(known_to) over (partition by {{ key | join(", ") }} order by known_from) as previous_known_to,
            max(coalesce(known_to, {{ open_end() }})) over (partition by {{ key | join(", ") }}) as last_known_to,
            case
                when
                    known_from = lag(known_to) over (partition by {{ key | join(", ") }} order by known_from)
                    {% for column in payload %}
                    and {{ column }} is not distinct from lag({{ column }}) over (partition by {{ key | join(", ") }} order by known_from)
                    {% endfor %}
                    then 0
                else 1
            end as is_change
        from {{ versions }}
    ) as marked
    where is_change = 1
{% endmacro %}

{# The measures of one kind of piece; those that it does not carry are nought, so that pieces of different kinds can be added up. #}
{% macro measures_of(measures, known) -%}
    {%- for measure in measures %}
        cast({{ known.get(measure, "0") }} as bigint) as {{ measure }}{{ "," if not loop.last }}
    {%- endfor %}
{%- endmacro %}
