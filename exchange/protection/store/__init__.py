"""All SQL of the protection module; it runs in the role `protection_app`, which may use this schema alone."""
