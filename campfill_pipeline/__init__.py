"""campfill: campaign fulfillment, from the dropped list to the cause of every shortfall."""
