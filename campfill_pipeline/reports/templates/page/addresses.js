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
/* What an address asks for in vain: [caption, value] of each. `known` holds, by the name of what can be asked, what it
   is called and what it can be: values, or a test of one. */
export const inVain = (asked, known) =>
  [...asked].flatMap(([name, given]) => {
    if (!Object.hasOwn(known, name)) return [["", name]];
    const [caption, values] = known[name];
    const fits = typeof values === "function" ? values(given) : values.includes(given);
    return given === "" || fits ? [] : [[caption, given]];
  });
