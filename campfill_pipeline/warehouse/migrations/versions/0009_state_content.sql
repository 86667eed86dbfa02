-- Page and workbook of a hundred thousand lines take half a minute; an unchanged list need not make them again. Random and not
-- counted, so that the same value never stands for other figures, not even after an older backup was restored.
ALTER TABLE fulfillment_state ADD COLUMN content uuid NOT NULL DEFAULT gen_random_uuid();
COMMENT ON COLUMN fulfillment_state.content IS
    'Another one after every refresh that found anything different: lines, delivery, fetched days, the day itself, rules';
