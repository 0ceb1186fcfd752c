"""Innokylä: projects, operating models and evaluations of co-development. There is no interface: listed pages are read, politely, by their labels."""
