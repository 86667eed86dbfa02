"""Lab 11, *A wrong number*: from a figure back to the cell it came from, and to the file that changed it."""
