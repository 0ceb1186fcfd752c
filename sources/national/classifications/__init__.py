"""Statistics Finland, classifications API v2: which county and collaborative area a municipality belongs to, by year."""
