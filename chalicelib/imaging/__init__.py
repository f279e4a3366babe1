"""Turn one untrusted upload into the three pictures the app shows, or say precisely why not."""
