{{ config(meta={"dagster": {"ref": {"name": "int__event_measure"}}}) }}
-- Detects event datasets whose prepared rows are more than their delivery brought: a join that gives two rows per key.
-- Matters because every figure of the dataset would count them twice.
-- A row is a dataset and a delivery with more rows than are in force of it.
select
    m.source_code,
    m.receipt_id,
    sum(m.measure_value) as counted,
    max(d.rows_in_force) as rows_in_force
from {{ ref("int__event_measure") }} as m
inner join {{ ref("stg__delivery") }} as d on m.receipt_id = d.receipt_id and m.source_code = d.dataset
where m.measure_code = 'rows' and {{ was_in_force() }}
group by m.source_code, m.receipt_id
having sum(m.measure_value) > max(d.rows_in_force)
