"""
The log: the only place that gives out versions.

``Log.append`` queues a write; ``commit`` turns what queued into one transaction.
"""

from chat.log.append import Log
from chat.log.commit import Outcome, commit

__all__ = ["Log", "Outcome", "commit"]
