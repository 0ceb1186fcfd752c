-- One row per question.
select
    cast(query_id as smallint) as query_id,
    question_fi,
    question_sv,
    question_en,
    sql,
    answer_meaning
from {{ ref("raw__query_example") }}
