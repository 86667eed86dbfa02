"""Lab 5, *An invalid UUID in row 4,711*: where an error travels, and what a transaction is for."""
