"""Static files named after a hash of their content, so that they may live for ever."""

import re
from typing import Any

from django.core.files.base import ContentFile
from servestatic.storage import CompressedManifestStaticFilesStorage

OUR_SCRIPTS = "chat/js/"
COMMENT = re.compile(r"/\*.*?\*/|^[ \t]*//[^\n]*$", re.DOTALL | re.MULTILINE)


class HashedStatic(CompressedManifestStaticFilesStorage):
    """
    Also rewrites the imports between our ES modules, and serves them bare.

    Types and reasons stand in our scripts' comments, a third of their compressed size
    (measured: 41 kB with, 28 kB without). Lines keep their numbers.
    """

    support_js_module_import_aggregation = True

    def _save(self, name: str, content: Any) -> str:
        if name.startswith(OUR_SCRIPTS) and name.endswith(".js"):
            # Hashing has read it to its end before.
            content.seek(0)
            content = ContentFile(bare(content.read().decode()).encode())
        # Django's way to change what a storage keeps; its stubs do not know it.
        saved: str = super()._save(name, content)  # type: ignore[misc]
        return saved


def bare(source: str) -> str:
    """
    Return a script of ours without its comments.

    No string or pattern in it may look like a comment; a test sees to that.
    """
    return COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), source)
