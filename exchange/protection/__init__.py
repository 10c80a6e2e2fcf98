"""The protection of state secrets: a house of its own; from outside only its gateway is visible."""
