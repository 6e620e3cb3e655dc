"""`python -m realtime run`: what `./rai` calls once everything is installed."""

import sys

from realtime.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
