-- One row per year, region, population group and version of the indicator projected_population.
{{ population_observations(
    ref("int__projection_cell"), "projected_population", "statfin_projection",
    division_year="(select max(year) from " ~ ref("int__municipality_count") ~ ")"
) }}
