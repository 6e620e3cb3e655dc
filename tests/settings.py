"""The product's own settings, on a data folder that the run throws away."""

import atexit
import os
import shutil
import tempfile

# Before the settings are read: a test must never meet the developer's own data.
_folder = tempfile.mkdtemp(prefix="rai-tests-")
os.environ["DATA_DIR"] = _folder
atexit.register(shutil.rmtree, _folder, ignore_errors=True)

from realtime.settings import *  # noqa: E402, F403
from realtime.settings import DATA_DIR, DATABASES, RAI_OPTIONS  # noqa: E402

# Fast to check, and no secret is worth protecting here.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

if RAI_OPTIONS.is_sqlite:
    # A file, as in the product: threads share it, which they could not in memory.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
    # Most tests flush all tables; only those with real processes pull the plug.
    pragmas = DATABASES["default"]["OPTIONS"]["init_command"]
    DATABASES["default"]["OPTIONS"]["init_command"] = pragmas.replace(
        "synchronous=FULL", "synchronous=OFF"
    )
