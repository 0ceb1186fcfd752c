"""National sources: one room a source, each fetching, checking and typing what one body publishes.

What belongs here: protocols of the national bodies and their snapshots. What does not: deliveries of organisers (sources/regional) and the stand-in
servers that speak the same protocols (sources/simulator/national).
"""
