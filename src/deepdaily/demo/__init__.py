"""The sample day: a small web written by us, so that everything can be tried offline and without a key."""
