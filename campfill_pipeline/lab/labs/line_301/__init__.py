"""Lab 10, *Line 301*: the shape of a curve, predicted and measured, and what more workers can and cannot do."""
