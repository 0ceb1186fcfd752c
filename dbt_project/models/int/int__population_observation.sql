-- One row per year, region, population group and version of the indicator population.
{{ population_observations(ref("int__population_cell"), "population", "statfin_population", division_year="s.year") }}
