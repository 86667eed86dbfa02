"""Several machines at one home."""
