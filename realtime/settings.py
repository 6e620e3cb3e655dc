"""Django's settings, one file for every place: what differs comes from the options."""

import os
from typing import Any

import environ

from realtime import datadir, hosts, logs
from realtime.options import LANGUAGES as LANGUAGE_CODES
from realtime.options import load
from realtime.values import PROJECT

RAI_OPTIONS = load(os.environ)
RAI_LIMITS = RAI_OPTIONS.limits
BASE_DIR = PROJECT
BASE_URL = RAI_OPTIONS.base_url
DATA_DIR = RAI_OPTIONS.data_dir

# Process

DEBUG = RAI_OPTIONS.debug
SECRET_KEY = RAI_OPTIONS.secret_key or datadir.secret_key(DATA_DIR)
ROOT_URLCONF = "realtime.urls"
ASGI_APPLICATION = "realtime.routing.application"
LOGGING = logs.config(level=RAI_OPTIONS.log_level, form=RAI_OPTIONS.log_format)

INSTALLED_APPS = [
    "realtime",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "servestatic",
    "channels",
    "accounts",
    "chat",
]

if RAI_OPTIONS.admin_path:
    INSTALLED_APPS.insert(1, "django.contrib.admin")

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "realtime.headers.HeadersMiddleware",
    "servestatic.middleware.ServeStaticMiddleware",
    "realtime.headers.PolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

if DEBUG:
    # Read anew for each page: only changes of .py files restart the server.
    TEMPLATES[0]["APP_DIRS"] = False
    TEMPLATES[0]["OPTIONS"]["loaders"] = [
        "django.template.loaders.app_directories.Loader"
    ]

# Storage

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    # Acked means on disk: a commit waits for fsync. Group commit pays for it.
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA cache_size=-16000",  # KiB
    "PRAGMA journal_size_limit=67108864",
    "PRAGMA mmap_size=134217728",
)


def _database() -> dict[str, Any]:
    if not RAI_OPTIONS.database_url:
        url = {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(DATA_DIR / "rai.sqlite3"),
        }
    else:
        url = environ.Env.db_url_config(RAI_OPTIONS.database_url)
    return url | (_sqlite() if RAI_OPTIONS.is_sqlite else _postgres(url))


def _sqlite() -> dict[str, Any]:
    return {
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "; ".join(SQLITE_PRAGMAS) + ";",
        },
    }


def _postgres(url: dict[str, Any]) -> dict[str, Any]:
    # The pool keeps connections; Django must not keep them a second time.
    pool = {"min_size": 1, "max_size": 16, "timeout": 10}
    return {
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**url.get("OPTIONS", {}), "pool": pool},
    }


DATABASES = {"default": _database()}


def _layer() -> dict[str, Any]:
    if not RAI_OPTIONS.redis_urls:
        return {"BACKEND": "channels.layers.InMemoryChannelLayer"}
    # A silent peer must not hold a publish for ever. redis-py 8 makes this 5 s by
    # default, which tears down quiet listeners of some layers: never at or below 5.
    limits = {
        "socket_connect_timeout": 3,
        "socket_timeout": 10,
        "socket_keepalive": True,
    }
    hosts = [{"address": url, **limits} for url in RAI_OPTIONS.redis_urls]
    return {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": hosts, "prefix": "rai"},
    }


CHANNEL_LAYERS = {"default": _layer()}

# Languages and times

USE_TZ = True
TIME_ZONE = RAI_OPTIONS.time_zone
LANGUAGE_CODE = RAI_OPTIONS.language
LANGUAGE_NAMES = {"pt-br": "Português", "en": "English", "es": "Español"}
LANGUAGES = [(code, LANGUAGE_NAMES[code]) for code in LANGUAGE_CODES]
LOCALE_PATHS = [BASE_DIR / "locale"]

# Static files: collected and hashed by `./rai run`, read in place until then.

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATIC_IS_COLLECTED = not DEBUG and (STATIC_ROOT / "staticfiles.json").exists()
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "realtime.storage.HashedStatic"
        if STATIC_IS_COLLECTED
        else "django.contrib.staticfiles.storage.StaticFilesStorage",
    },
}
SERVESTATIC_AUTOREFRESH = not STATIC_IS_COLLECTED
SERVESTATIC_USE_FINDERS = not STATIC_IS_COLLECTED
SERVESTATIC_USE_MANIFEST = STATIC_IS_COLLECTED
SERVESTATIC_MAX_AGE = 60 if STATIC_IS_COLLECTED else 0
SERVESTATIC_ALLOW_ALL_ORIGINS = False

# People

AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# Who may talk to us, and how (SECURITY.md tells operators why)

ALLOWED_HOSTS = hosts.allowed(RAI_OPTIONS)
CSRF_TRUSTED_ORIGINS = [BASE_URL] if BASE_URL else []
CSRF_FAILURE_VIEW = "django.views.csrf.csrf_failure"

# Browsers accept the __Host- prefix over TLS only; there it keeps a sibling
# subdomain from planting a cookie here.
_COOKIE_PREFIX = "__Host-rai_" if RAI_OPTIONS.is_https else "rai_"
SESSION_COOKIE_NAME = f"{_COOKIE_PREFIX}session"
SESSION_COOKIE_SECURE = RAI_OPTIONS.is_https
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_COOKIE_NAME = f"{_COOKIE_PREFIX}csrf"
CSRF_COOKIE_SECURE = RAI_OPTIONS.is_https
LANGUAGE_COOKIE_NAME = f"{_COOKIE_PREFIX}language"
LANGUAGE_COOKIE_SECURE = RAI_OPTIONS.is_https
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_HTTPONLY = True

# Without a trusted proxy we cannot see that a request came over TLS, and a redirect
# would go round for ever.
SECURE_SSL_REDIRECT = RAI_OPTIONS.is_https and bool(RAI_OPTIONS.trusted_proxies)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if RAI_OPTIONS.is_https else 0
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # HSTS for the names below ours is their operator's word.
    "security.W021",  # So is the browsers' preload list.
]

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "media-src": ["'self'", "blob:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "worker-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "object-src": ["'none'"],
        "frame-ancestors": ["'none'"],
        "require-trusted-types-for": ["'script'"],
        "trusted-types": ["rai"],
    },
}
