"""What measures the product and others; nothing on the way of a day imports it."""
