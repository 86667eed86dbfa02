-- Each list asks which lines had not ended, and which are absent. Without an index each of them looks through the whole
-- register for it, three times: of 90,000 lines that took longer than all else that is done for a small list.
CREATE INDEX line_register_in_force ON line_register (end_date) WHERE withdrawn_at IS NULL;
CREATE INDEX line_register_absent ON line_register (absent_since) WHERE absent_since IS NOT NULL;
