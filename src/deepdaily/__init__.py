"""A daily of AI engineering that writes itself and shows, for every fact, the passage it rests on."""

__version__ = "0.1.0"
