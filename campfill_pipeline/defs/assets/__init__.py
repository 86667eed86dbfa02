"""The assets, by stage: uploads, delivery, fulfillment."""
