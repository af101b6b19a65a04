"""How stories are grouped and chosen; pure but for the second opinion."""
