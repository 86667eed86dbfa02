-- What one ledger event wrote is asked for after every upload: for the receipt, the web UI, attribution. Without an index
-- each upload of a burst looks through the whole register, three times.
CREATE INDEX line_register_event ON line_register (event_no);
CREATE INDEX line_history_event ON line_history (event_no);
