-- One row: the night that this build is of, and the one of the release before it.
select
    cast(built_for as timestamp) as built_for,
    cast(released_before as timestamp) as released_before
from {{ source("registry", "build_moment") }}
