/* The codes of bands and sides, in the order in which they are told. */

export const BAND_SIGNS = {
  goal_met: "✓",
  near_goal: "≈",
  moderate_shortfall: "▽",
  critical_shortfall: "▼",
  no_data: "○",
};
export const SIDES = ["system", "resource", "unknown", "none"];
export const BANDS = ["critical_shortfall", "moderate_shortfall", "near_goal", "goal_met", "no_data"];
export const PACES = ["behind", "on_track", "ahead", "unmeasured"];
/* Lines in these states have no figure that could judge them. */
export const NEVER_JUDGED = ["scheduled", "cancelled"];
export const KINDS = ["campaign", "deal"];
export const PURCHASE_TYPES = ["guaranteed", "unguaranteed", "unknown"];
/* Disagreements that are about no line of the list. */
export const LINELESS = ["orphan", "refused_row"];
