// Searches while typing: a form that carries data-search sends itself a
// moment after the last key, and at once when a choice changes.
const timers = new WeakMap();

export function followSearches() {
  document.addEventListener("input", (event) => plan(event, 250));
  document.addEventListener("change", (event) => event.target.tagName === "SELECT" && plan(event, 0));
}

function plan(event, wait) {
  const form = event.target.closest("form[data-search]");
  if (!form) return;
  clearTimeout(timers.get(form));
  timers.set(form, setTimeout(() => form.requestSubmit(), wait));
}
