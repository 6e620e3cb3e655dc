"""What developers and CI run; never part of the product."""
