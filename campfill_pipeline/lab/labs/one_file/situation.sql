-- What is there at the beginning: one table for what each step leaves behind, and a diary of the steps.
DROP TABLE IF EXISTS cell, verdict, line, delivered, fulfillment, diary;
CREATE TABLE cell (address text PRIMARY KEY, value text NOT NULL);
CREATE TABLE verdict (name text PRIMARY KEY, goal bigint NOT NULL);
CREATE TABLE line (name text PRIMARY KEY, goal bigint NOT NULL);
CREATE TABLE delivered (name text PRIMARY KEY, impressions numeric NOT NULL);
CREATE TABLE fulfillment (name text PRIMARY KEY, pct numeric NOT NULL);
CREATE TABLE diary (no bigint GENERATED ALWAYS AS IDENTITY, step text NOT NULL);
