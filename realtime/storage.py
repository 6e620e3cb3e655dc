"""Static files named after a hash of their content, so that they may live for ever."""

from servestatic.storage import CompressedManifestStaticFilesStorage


class HashedStatic(CompressedManifestStaticFilesStorage):
    """Also rewrites the imports between our ES modules."""

    support_js_module_import_aggregation = True
