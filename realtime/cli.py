"""The steps behind `./rai run`, and the door to every other command."""

import os
import subprocess
import sys
from collections.abc import Sequence

import django
from django.core.management import call_command, execute_from_command_line
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor

from realtime import datadir, listing, options, server, static
from realtime.options import Options

# PostgreSQL's advisory lock for "migrations are running": any number, always the same.
MIGRATION_LOCK = 0x726169


def main(arguments: Sequence[str]) -> int:
    """Carry out one command of `./rai`; return the exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "realtime.settings")
    match list(arguments):
        case ["run"]:
            return run(options.load())
        case ["run", *_]:
            options.give_up("run takes no arguments: options come by environment")
        case ["options"]:
            options.load()
            print(listing.terminal(os.environ))
        case ["options", "--markdown"]:
            print(listing.markdown(), end="")
        case ["collect"]:
            static.collect()
        case ["manage", *rest] | rest:
            # `manage` names Django's own where ours has the same name: check, test.
            execute_from_command_line(["rai", *rest])
    return 0


def run(chosen: Options) -> int:
    """
    Make ready whatever the first start needs, then serve until told to stop.

    Each step looks first and does nothing when there is nothing to do: a second
    start goes straight to serving.
    """
    datadir.prepare(chosen.data_dir)
    if chosen.redis_urls:
        return _serve(chosen)
    # Without a bell between them, two processes would be two chats on one database.
    try:
        with datadir.held(chosen.data_dir):
            return _serve(chosen)
    except datadir.InUse:
        options.give_up("DATA_DIR: another Rai Chat is running on it; see REDIS_URL")


def _serve(chosen: Options) -> int:
    if not chosen.debug and static.is_stale(chosen):
        # In a process of its own: this one's settings must find the result in place.
        subprocess.run([sys.executable, "-m", "realtime", "collect"], check=True)
    django.setup()
    migrate()
    if not chosen.limits:
        print("rai: LIMITS=off, rate and connection limits are lifted", file=sys.stderr)
    return server.serve(chosen)


def migrate() -> None:
    """Bring the tables up to date; two starting at once take turns."""
    connection = connections[DEFAULT_DB_ALIAS]
    try:
        if not _is_behind():
            return
        print("rai: bringing the tables up to date ...", file=sys.stderr)
        if connection.vendor != "postgresql":
            call_command("migrate", interactive=False, verbosity=0)
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
            call_command("migrate", interactive=False, verbosity=0)
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])
    finally:
        connection.close()


def _is_behind() -> bool:
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
