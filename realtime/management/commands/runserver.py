"""`manage.py runserver`: the product's own server, started again when code changes.

Django's own runserver speaks WSGI, which knows no sockets: the page would load and
the chat stay silent.
"""

import dataclasses
import os
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from uvicorn.supervisors import ChangeReload

from realtime import server, values
from realtime.options import Options
from realtime.process import RaiServer

WATCHED = ("realtime", "accounts", "chat")


class Command(BaseCommand):
    """Serves for developing: one process, debug pages, reload."""

    help = "Serves pages and sockets for developing; `./rai run` is for real use."
    requires_system_checks = []
    suppressed_base_arguments = {"--traceback", "--verbosity"}

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take Django's own arguments that make sense here."""
        parser.add_argument("addrport", nargs="?", help="port, or address:port")
        parser.add_argument("--noreload", action="store_true", help="never restart")

    def handle(self, *, addrport: str | None, noreload: bool, **_options: Any) -> None:
        """Serve until Ctrl-C."""
        chosen = dataclasses.replace(settings.RAI_OPTIONS, workers=1)
        if addrport:
            host, port = parse(addrport, chosen.host)
            chosen = dataclasses.replace(chosen, host=host, port=port)
        self.check(display_num_errors=True)
        self.check_migrations()
        if noreload:
            raise SystemExit(server.serve(chosen))
        serve_reloading(chosen)


def parse(addrport: str, host: str) -> tuple[str, int]:
    """Return address and port of `8001`, `127.0.0.1:8001` or `[::1]:8001`."""
    address, _, port = addrport.rpartition(":")
    try:
        return values.host(address.strip("[]") or host), values.number(1, 65535)(port)
    except ValueError as error:
        raise CommandError(f"{addrport}: {error}") from None


def serve_reloading(chosen: Options) -> None:
    """Serve in a child process that starts anew with each change of a source file."""
    if values.is_loopback(chosen.host):
        # Read by the child's settings: debug pages, static files as they are.
        os.environ.setdefault("DEBUG", "on")
    os.environ["HOST"], os.environ["PORT"] = chosen.host, str(chosen.port)
    config = server.configure(chosen, server.APPLICATION)
    config.reload_dirs = [values.PROJECT / name for name in WATCHED]
    try:
        listener = server.listen(chosen.host, chosen.port)
    except OSError as error:
        raise CommandError(
            server.refusal(chosen.host, chosen.port, error), returncode=2
        ) from None
    child = RaiServer(config, server.announce)
    ChangeReload(config, target=child.run, sockets=[listener]).run()
