-- One row per current figure of a county, reason why it may not compare, and what it was held against; the words in three languages.
with reasons as (

    select * from {{ ref("int__figure_reason") }}

),

figures as (

    select * from {{ ref("int__current_figure") }}

),

words as (

    select * from {{ ref("raw__comparability_reason") }}

),

breaks as (

    select * from {{ ref("raw__series_break") }}

),

final as (

    select
        {% for column in figure_key() %}f.{{ column }}, {% endfor %}
        r.reason_code,
        w.effect,
        r.reference_period_start,
        r.break_id,
        f.value,
        r.reference_value,
        r.relative_change,
        {% for language in ["fi", "sv", "en"] -%}
        coalesce(b.text_{{ language }}, w.meaning_{{ language }}) as reason_{{ language }},
        {% endfor -%}
        f.origin
    from reasons as r
    inner join figures as f on {{ same_row("r", "f", figure_key()) }}
    inner join words as w on r.reason_code = w.reason_code
    left join breaks as b on r.break_id = b.break_id

)

select * from final
