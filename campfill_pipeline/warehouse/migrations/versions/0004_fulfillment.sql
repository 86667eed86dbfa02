-- Fulfillment and what is derived from it. Every table here can be made again from the tables before it.
SELECT 1;
