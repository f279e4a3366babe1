"""Promises of ifotor, each with its proof."""
