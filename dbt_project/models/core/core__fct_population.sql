-- One row per year, municipality, sex, age and version. A snapshot that repeats what the one before it said makes no version.
{{ population_versions(ref("stg__population")) }}
