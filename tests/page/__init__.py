"""The page: how values look, which words and modules it brings, what it weighs."""
