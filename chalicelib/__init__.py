"""ifotor: what runs in Lambda. docs/architecture.md draws its parts and arrows."""

import gc

gc.set_threshold(10_000, 20, 20)
"""A start makes a hundred thousand objects that stay; by default they would be searched for garbage
over and over (docs/decisions/0019-cold-start.md).
"""
