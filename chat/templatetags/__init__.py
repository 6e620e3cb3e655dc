"""Template filters: how values of the core look on a page."""
