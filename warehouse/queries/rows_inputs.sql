-- The figure is as its publisher gives it: its row, and the snapshots behind it.
select o.value, o.numerator, o.denominator, o.known_from, s.address, s.sha256, s.licence
from core.fct_observation as o
join meta.lineage as l on l.source_code = o.source_code and l.basis = o.basis and l.region_level = o.region_level and l.region_code = o.region_code
  and l.period_grain = o.period_grain and l.period_start = o.period_start and (l.indicator_code is null or l.indicator_code = o.indicator_code)
  and {l_known}
join meta.snapshot as s on s.snapshot_id = l.snapshot_id
where o.indicator_code = '{indicator_code}' and o.basis = '{basis}' and o.region_level = '{region_level}' and o.region_code = '{region_code}'
  and o.period_grain = '{period_grain}' and o.period_start = date '{period_start}' and o.sex = '{sex}' and {o_known}
