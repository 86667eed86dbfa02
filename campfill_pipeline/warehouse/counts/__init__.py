"""Second counts in the warehouse: their files, what differs from ours, who bills by which, frozen months.

Belongs here: keeping and reading them. Does not belong here: any rule (`domain/second_counts`, `domain/discrepancies`,
`domain/count_bills`); delivery of ours, which they never touch.
"""
