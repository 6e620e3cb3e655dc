"""Pure rules and values: no Django, no asyncio, no clock, no I/O."""
