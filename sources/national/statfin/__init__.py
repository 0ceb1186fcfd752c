"""Statistics Finland, PxWeb v1: population by municipality, age and sex."""
