"""ifotor: what runs in Lambda. docs/architecture.md draws its parts and arrows."""
