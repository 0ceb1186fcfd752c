"""Need factors of the counties: a published workbook without an interface, dropped as a file with its provenance beside it."""
