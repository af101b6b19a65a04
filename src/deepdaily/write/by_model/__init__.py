"""What is asked of a model, and what is kept of its replies. Nothing it says is printed unchecked."""
