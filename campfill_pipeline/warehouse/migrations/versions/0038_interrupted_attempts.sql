-- A run that was ended from outside (the machine switched off, campfill stopped) is no failed attempt at its uploads: the
-- ledger says so with an event of its own.
ALTER TABLE ledger_event DROP CONSTRAINT ledger_event_event_check;
ALTER TABLE ledger_event ADD CONSTRAINT ledger_event_event_check
    CHECK (event IN ('arrived', 'attempted', 'interrupted', 'decided', 'reverted', 'retry_requested', 'receipt'));
