"""Verbs: each checks, then hands one write to the log. Doors call these, one each."""
