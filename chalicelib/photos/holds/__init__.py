"""Legal holds: what may not go yet, whoever wants it gone (ST.2, ST.3)."""
