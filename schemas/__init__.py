"""Shapes of what goes in and out: no behaviour beyond the check of a value's own form."""
