{# What is counted of clients' answers (int__event_customer_feedback). The balance of recommendations is signed: nine and ten less nought to six. #}
{% macro measures_of_customer_feedback() -%}
    {{ return({
        "recommendations": "count(recommendation)",
        "recommendation_balance": "count(case when recommendation >= 9 then 1 end) - count(case when recommendation <= 6 then 1 end)",
        "got_help_answers": "count(got_help)",
        "got_help": "count(case when got_help >= 4 then 1 end)",
        "was_heard_answers": "count(was_heard)",
        "was_heard": "count(case when was_heard >= 4 then 1 end)",
        "answers_in_swedish": "count(case when language = 'sv' then 1 end)",
        "answers_in_other_languages": "count(case when language = 'other' then 1 end)",
    }) }}
{%- endmacro %}
