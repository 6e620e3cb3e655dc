"""Run the server on a tiny application: `serve_main PORT WORKERS`."""

import sys

from realtime import server
from tests.realtime.serving import Options

APP = "tests.realtime.serve_apps"

if __name__ == "__main__":
    chosen = Options(port=int(sys.argv[1]), workers=int(sys.argv[2]))
    hook = (APP, "drain")
    sys.exit(server.serve(chosen, application=f"{APP}:application", drain_hook=hook))
