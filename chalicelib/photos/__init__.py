"""A user's photos: from the permission to upload one to its destruction."""
