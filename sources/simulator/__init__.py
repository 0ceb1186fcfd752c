"""The embedded default: stand-ins for the national sources and for the organisers that deliver, all synthetic and labelled so."""
