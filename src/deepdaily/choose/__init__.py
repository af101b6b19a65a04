"""How stories are grouped and chosen; pure but for the second reader and the second opinion."""
