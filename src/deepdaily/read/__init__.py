"""URL to document: the one wing that touches foreign addresses and bytes."""
