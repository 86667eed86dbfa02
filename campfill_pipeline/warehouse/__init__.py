"""PostgreSQL: the server, the schema, and every SQL statement of the product.

Belongs here: anything that speaks SQL. Does not belong here: Dagster, files people drop, HTTP.
"""
