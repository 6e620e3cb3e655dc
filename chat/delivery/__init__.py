"""Delivery: from the log to every socket, in order, without a hole."""
