"""What may be asked of a photo: a declarative document, its bounds, and the presets made by us."""
