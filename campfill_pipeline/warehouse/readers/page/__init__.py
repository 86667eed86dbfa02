"""What the fulfillment page and its workbook show: their rows, the whole in one go, and the lines that open further.

Belongs here: reading for page and workbook, and the types of what was read. Does not belong here: packing and
wording it (`reports`), and what other readers need as well (the room around).
"""
