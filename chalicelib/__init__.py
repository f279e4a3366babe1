"""ifotor: what runs in Lambda. docs/architecture.md draws its parts and arrows."""

import gc

gc.set_threshold(100_000, 20, 20)
"""A start makes 80,000 objects that stay, and would be searched for garbage again and again. What
waits uncollected afterwards is a few megabytes at most (docs/decisions/0019-cold-start.md).
"""
