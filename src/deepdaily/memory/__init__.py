"""What earlier issues told and asked; pure."""
