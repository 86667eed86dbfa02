"""Delivery: report rows by the hour, whose they are, what was corrected, which days are whole.

Belongs here: storing and attributing rows, restatements, days and coverage. Does not belong here: lines
(`register`), figures made of delivery (`figures`).
"""
