"""What staff may do, under whose name, and the register that keeps it."""
