{{ config(meta={"dagster": {"ref": {"name": "raw__avoidable_diagnosis"}}}) }}
-- Detects a code of the list that begins another one of it.
-- Matters because an episode would meet both and count twice.
-- A row is a code and the longer one that it begins.
select a.icd10_code_prefix, b.icd10_code_prefix as longer_code_prefix
from {{ ref("raw__avoidable_diagnosis") }} as a
inner join {{ ref("raw__avoidable_diagnosis") }} as b
    on b.icd10_code_prefix like a.icd10_code_prefix || '%' and b.icd10_code_prefix <> a.icd10_code_prefix
