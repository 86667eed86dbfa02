"""Lab 12, *A formula that accuses the innocent*: a mall that is shut on Sundays, and a cause that hides itself."""
