"""Minds that write: so far the built-in one, which needs no key and invents nothing."""
