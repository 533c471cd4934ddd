// Keyboard: / search, j k rows, x select, Enter open, ? help.
export function followKeys() {
  document.addEventListener("keydown", onKey);
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
  Enter: open,
};

function focus(field) {
  if (!field) return false;
  field.focus();
  field.select?.();
}

// Enter opens the active row, unless something else has the focus.
function open() {
  const on = document.activeElement;
  if (on && on !== document.body && !on.matches("main, [data-active] input")) return false;
  const link = active()?.querySelector("[data-row-link]");
  if (!link) return false;
  link.click();
}

const rows = () => [...document.querySelectorAll("main tbody tr, main [data-row]:not(tr)")];
const active = () => document.querySelector("[data-active]");

function step(by) {
  const list = rows();
  if (!list.length) return false;
  const now = list.indexOf(active());
  const next = list[Math.min(Math.max(now + by, 0), list.length - 1)];
  active()?.removeAttribute("data-active");
  next.setAttribute("data-active", "");
  next.scrollIntoView({ block: "nearest" });
}
