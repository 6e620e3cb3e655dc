"""Who: people with and without an account, and the names they go by."""
