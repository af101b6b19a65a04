"""What a model is asked for an item and for the end of an issue, and what is kept of it: each sentence is checked."""
