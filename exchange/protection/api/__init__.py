"""The module's calls: on the machinery of the open interface, over the module's own database."""
