"""Who is calling: one-time codes, accounts and sessions."""
