// Keyboard: / search, j k rows, x select, ? help. Enter opens a row because its
// link has the focus. Who is bothered by keys that act alone, such as people
// who speak to their computer, switches them off on the account page (WCAG 2.1.4).
export function followKeys() {
  if (document.body.dataset.keys !== "off") document.addEventListener("keydown", onKey);
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]")) return;
  if (document.querySelector("dialog[open]")) return;
  const act = acts[event.key];
  if (act && act() !== false) event.preventDefault();
}

const acts = {
  "/": () => focus(document.querySelector("[data-key='/'], input[type=search]")),
  "?": () => document.getElementById("shortcuts")?.togglePopover(),
  j: () => step(1),
  k: () => step(-1),
  x: () => active()?.querySelector("input[type=checkbox]")?.click(),
};

function focus(field) {
  if (!field) return false;
  field.focus();
  field.select?.();
}

const rows = () => [...document.querySelectorAll("main tbody tr, main [data-row]:not(tr)")].filter(place);
const place = (row) => row.querySelector("[data-row-link]") ?? row.querySelector("a, button, input");
const active = () => rows().find((row) => row.contains(document.activeElement));

function step(by) {
  const list = rows();
  if (!list.length) return false;
  const now = list.indexOf(active());
  const next = list[Math.min(Math.max(now + by, 0), list.length - 1)];
  next.scrollIntoView({ block: "nearest" });
  place(next).focus({ preventScroll: true });
}
