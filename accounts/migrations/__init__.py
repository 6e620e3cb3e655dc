"""Steps of the accounts tables."""
