-- One row: the version of the scorecard's formula in force on the night of this build.
select
    v.formula_version,
    cast(v.window_months as integer) as window_months,
    cast(v.default_tolerance as decimal(6, 4)) as default_tolerance,
    cast(v.swing_limit as decimal(6, 4)) as swing_limit,
    cast(v.swing_least_share as decimal(6, 4)) as swing_least_share
from {{ ref("raw__scorecard_version") }} as v
inner join {{ ref("stg__build_moment") }} as b
    on
        cast(v.valid_from as date) <= cast(b.built_for as date)
        and (v.valid_to is null or cast(v.valid_to as date) >= cast(b.built_for as date))
