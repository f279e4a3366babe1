"""What a person decides about how long photos are kept."""
