/* Every view is an address, like `#/lines?state=live`: made here, and gone to. */

export const address = (path, values) => {
  const query = new URLSearchParams(Object.entries(values).filter(([, value]) => value));
  return `#${path}${String(query) ? `?${query}` : ""}`;
};
/* To another view; quietly, without a step to go back to, where only the same view is narrowed. */
export const go = (to, quiet = false) => {
  if (quiet) {
    history.replaceState(null, "", to);
    window.dispatchEvent(new Event("narrowed"));
  } else location.hash = to;
};
