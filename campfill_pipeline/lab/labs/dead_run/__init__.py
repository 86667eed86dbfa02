"""Lab 9, *A dead run*: a process killed in the middle, who notices, and what a ledger is for."""
