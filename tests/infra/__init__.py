"""The template, the bundle and the way they reach a cloud."""
