"""The reading side: whether the proof still holds, and what was printed."""
