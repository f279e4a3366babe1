"""Providers' daily bills against our orders and our ledger, and the differences between them."""
