"""Lab 4, *The same file twice*: idempotence, insert against upsert, and what a content hash can and cannot tell."""
