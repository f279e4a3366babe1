"""Edits of a processed photo: asked for, made by a worker, kept beside it, undone."""
