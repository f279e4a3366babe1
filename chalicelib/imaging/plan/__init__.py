"""What a recipe compiles to, as values that can be printed and tested. Knows no decoder."""
