-- One row per basis, region, period and population group, with a column for each indicator of the theme. Current figures only.
{{ wide_of_theme("development") }}
