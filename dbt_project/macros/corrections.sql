{# Known errors of national datasets put right: where a correction of a row holds, what the row's value then is, and how it says so. #}

{# What has become of a correction. #}
{% macro correction_in_place() %}'in_force'{% endmacro %}
{% macro correction_no_longer_matches() %}'no_longer_matches'{% endmacro %}
{% macro correction_row_not_there() %}'row_not_there'{% endmacro %}
{% macro correction_expired() %}'expired'{% endmacro %}
{% macro correction_withdrawn() %}'withdrawn'{% endmacro %}

{# A row's key as corrections write it: the key columns of its contract, each under its name there. `key` maps that name to the column, as SQL. #}
{% macro correction_row_key(key) -%}
    {% for name, column in key.items() -%}
    '{{ "; " if not loop.first }}{{ name }}=' || cast({{ column }} as varchar){{ " || " if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#
    Snapshots cut where a correction of one of their rows begins or ends, so that over each piece the same corrections hold. `snapshots` has snapshot_id, known_from
    and known_to (null when current); `rows` the rows of the dataset with their snapshot_id. A snapshot without a corrected row stays whole.
#}
{% macro cut_at_corrections(snapshots, rows, dataset, key) %}
    select
        snapshot_id,
        cut_at as known_from,
        nullif(coalesce(lead(cut_at) over (partition by snapshot_id order by cut_at), last_known_to), {{ open_end() }}) as known_to
    from (
        select snapshot_id, known_from as cut_at, coalesce(known_to, {{ open_end() }}) as last_known_to
        from {{ snapshots }}
        union
        select s.snapshot_id, b.cut_at, coalesce(s.known_to, {{ open_end() }}) as last_known_to
        from {{ snapshots }} as s
        inner join (
            select r.snapshot_id, m.cut_at
            from {{ rows }} as r
            inner join (
                select row_key, known_from as cut_at from {{ ref("stg__correction") }} where dataset = '{{ dataset }}'
                union all
                select row_key, known_to as cut_at from {{ ref("stg__correction") }} where dataset = '{{ dataset }}' and known_to is not null
            ) as m
                on {{ correction_row_key(key) }} = m.row_key
        ) as b
            on s.snapshot_id = b.snapshot_id and b.cut_at > s.known_from and (s.known_to is null or b.cut_at < s.known_to)
    ) as cuts
{% endmacro %}

{#
    Joins the correction `c` that holds for a row over a piece of its snapshot `s`. A value that is no longer the expected one is left as the source gives it,
    and what the source withholds stays withheld.
#}
{% macro correction_in_force(dataset, key, value, status) %}
    left join {{ ref("stg__correction") }} as c
        on
            c.dataset = '{{ dataset }}'
            and {{ correction_row_key(key) }} = c.row_key
            and {{ value }} is not distinct from c.expected_value
            and {{ status }} <> {{ value_suppressed() }}
            and c.known_from <= s.known_from
            and (c.known_to is null or c.known_to > s.known_from)
{% endmacro %}

{# The value of a row with its correction `c`, and the word for it. #}
{% macro corrected_value(value) -%}case when c.correction_id is not null then c.new_value else {{ value }} end{%- endmacro %}
{% macro corrected_status(status) -%}
    case
        when c.correction_id is null then {{ status }}
        when c.new_value is null then {{ value_missing() }}
        else {{ value_status_of_count("c.new_value") }}
    end
{%- endmacro %}

{# How a corrected figure says so: null when it is not. #}
{% macro correction_reason(correction_id, value_as_given) -%}
    'corrected by ' || {{ correction_id }} || ', the source gives ' || coalesce(cast({{ value_as_given }} as varchar), 'no figure')
{%- endmacro %}
