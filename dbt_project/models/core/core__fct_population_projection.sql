-- One row per edition, year, municipality, sex, age and version. A snapshot that repeats what the one before it said makes no version.
{{ population_versions(ref("stg__population_projection"), first=["edition"], carried=["division_year"]) }}
