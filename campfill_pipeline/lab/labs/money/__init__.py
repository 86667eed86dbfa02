"""Lab 6, *Money*: what a float cannot hold, how many decimals a price has, and a sum that is larger than its parts."""
