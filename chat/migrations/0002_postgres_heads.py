"""On PostgreSQL, keep the heads' pages half empty: each commit updates one row there."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# Updates of a row that stay on its page need no index work (HOT), and the dead ones
# are swept early: the table is tiny and the busiest of all.
TUNE = (
    "ALTER TABLE chat_roomhead SET (fillfactor = 50,"
    " autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0)"
)
UNTUNE = (
    "ALTER TABLE chat_roomhead RESET (fillfactor,"
    " autovacuum_vacuum_scale_factor, autovacuum_vacuum_cost_delay)"
)


def tune(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Apply the storage settings."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(TUNE)


def untune(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Take them back."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(UNTUNE)


class Migration(migrations.Migration):
    dependencies = [("chat", "0001_initial")]

    operations = [migrations.RunPython(tune, untune)]
