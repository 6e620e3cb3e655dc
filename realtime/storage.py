"""Static files under names that hold their content's hash, so they may live for ever."""

from servestatic.storage import CompressedManifestStaticFilesStorage


class HashedStatic(CompressedManifestStaticFilesStorage):
    """Also rewrites the imports between our ES modules."""

    support_js_module_import_aggregation = True
