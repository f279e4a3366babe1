"""Services of others, over HTTPS: each module implements one port."""
