"""The module's own schema: its files stand beside this one, and the open exchange's machinery applies them."""

from typing import Final

from exchange.store.migrate import Schema

ROLE: Final = "protection_app"
"""The role that all work of the module runs in."""

MAKE_MIGRATION_TABLE = """
CREATE SCHEMA IF NOT EXISTS protection;
CREATE TABLE IF NOT EXISTS protection.migration (
    name text PRIMARY KEY,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
)
"""
SELECT_APPLIED = "SELECT name, checksum FROM protection.migration ORDER BY name"
INSERT_APPLIED = "INSERT INTO protection.migration (name, checksum) VALUES ($1, $2)"
SELECT_MODE = "SELECT mode FROM protection.house"
INSERT_MODE = "INSERT INTO protection.house (mode) VALUES ($1) ON CONFLICT DO NOTHING"

PROTECTION: Final = Schema(
    package="exchange.protection.store",
    table="protection.migration",
    mode_table="protection.house",
    make_table=MAKE_MIGRATION_TABLE,
    select_applied=SELECT_APPLIED,
    insert_applied=INSERT_APPLIED,
    select_mode=SELECT_MODE,
    insert_mode=INSERT_MODE,
)
