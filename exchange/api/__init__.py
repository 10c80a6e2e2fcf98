"""The JSON interface: translates calls into the services' words and their answers back; it decides nothing."""
