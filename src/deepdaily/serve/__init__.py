"""What is in the store, for readers: read-only, on the owner's own machine, never on the wire."""
