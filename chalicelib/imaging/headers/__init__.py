"""What each accepted format says about itself before any decode; standard library only."""
