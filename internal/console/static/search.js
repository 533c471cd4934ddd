// Searches while typing: a form that carries data-search sends itself a
// moment after the last key, and at once when a choice changes.
const timers = new WeakMap();

export function followSearches() {
  document.addEventListener("input", (event) => plan(event, 250));
  document.addEventListener("change", (event) => event.target.tagName === "SELECT" && plan(event, 0));
  document.addEventListener("change", (event) => event.target.type === "radio" && choose(event.target));
}

// Shows at once what a choice changes: a form that carries data-choices sends
// itself as its button with that value would.
function choose(radio) {
  const form = radio.closest("form[data-choices]");
  const button = form?.querySelector(`button[value="${form.dataset.choices}"]`);
  if (button) form.requestSubmit(button);
}

function plan(event, wait) {
  const form = event.target.closest("form[data-search]");
  if (!form) return;
  clearTimeout(timers.get(form));
  timers.set(form, setTimeout(() => form.requestSubmit(), wait));
}
