// The address bar: where a page has just opened, its own entry of the browser's history is completed, not followed by another.

/** Let the address bar show the experiment, "?…", in place of what stands there. Streamlit's own parameters stay. */
export function showAddress(address) {
  if (!address) return;
  const own = [...new URLSearchParams(location.search)].filter(([name]) => name.startsWith("embed"));
  const wanted = [address, ...own.map((pair) => new URLSearchParams([pair]))].join("&");
  if (location.search !== wanted) history.replaceState(history.state, "", location.pathname + wanted + location.hash);
}
