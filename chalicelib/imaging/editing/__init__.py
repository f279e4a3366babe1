"""What a plan does to pixels: Pillow's own operations, called with what was compiled."""
