-- One row per snapshot of a taxonomy, version, part of the package and cell.
select
    cast(snapshot_id as varchar) as snapshot_id,
    cast(package_code as varchar) as package_code,
    cast(taxonomy_version as varchar) as taxonomy_version,
    cast(subpackage_code as varchar) as subpackage_code,
    cast(cell_code as varchar) as cell_code,
    cast(label_fi as varchar) as label_fi,
    cast(label_sv as varchar) as label_sv,
    cast(label_en as varchar) as label_en,
    cast(task_fi as varchar) as task_fi,
    cast(service_text as varchar) as service_text,
    cast(sector_text as varchar) as sector_text,
    cast(level_text as varchar) as level_text,
    cast(origin as varchar) as origin
from {{ source("national", "treasury_taxonomy") }}
