"""All SQL of the node, one module per aggregate, and the embedded database."""
