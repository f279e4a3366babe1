"""Measure what ifotor promises about speed, memory and calls, and write the figures down."""
