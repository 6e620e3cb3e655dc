"""What the product claims, and the attacks it withstands."""
