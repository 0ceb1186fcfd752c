"""Loopback stand-ins of the national services: one server that speaks PxWeb v1, the classifications API v2,
Sotkanet 1.1, Sampo and the code servers as they are, awkwardness included.

What belongs here: the protocols and the figures they serve. What does not: reading them (sources/national) and the counties (sources/simulator).
"""

from sources.simulator.national.server import NationalServer

__all__ = ["NationalServer"]
