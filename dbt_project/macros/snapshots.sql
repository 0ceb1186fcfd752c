{# Snapshots of the national sources: from when until when the rows of each were the newest of their object. #}

{# The snapshots of a staged model, each for as long as no other of its object had rows; one that was erased has none left, and so replaces nothing. #}
{% macro held_snapshots(staged) %}
    select
        snapshot_id,
        object,
        known_from,
        lead(known_from) over (partition by source_code, object order by known_from, snapshot_id) as known_to
    from {{ ref("stg__snapshot") }}
    where snapshot_id in (select distinct snapshot_id from {{ staged }})
{% endmacro %}

{# The rows of a staged model with the stretch of time over which their snapshot held. A snapshot replaced in the same moment was never known. #}
{% macro rows_while_held(staged) %}
    select
        r.*,
        s.known_from,
        s.known_to
    from {{ staged }} as r
    inner join ({{ held_snapshots(staged) }}) as s on r.snapshot_id = s.snapshot_id
    where s.known_to is null or s.known_from < s.known_to
{% endmacro %}
