// Keeps what somebody has at hand while a region is replaced: the focus and the
// caret, open details and popovers, how far parts are scrolled and, where nobody
// asked for the new one, what was typed or chosen and not yet sent.

// Notes all that of a region, and returns what brings it back in the fresh one.
export function remember(old, silent) {
  const notes = [...details(old), ...popovers(old), ...scrolled(old), ...(silent ? drafts(old) : []), ...focus(old)];
  return (fresh) => notes.forEach((restore) => restore(fresh));
}

// What makes two elements the same one for a person. Where several are alike,
// the same place among them decides.
function likeness(e) {
  const own = ["id", "name", "type", "href", "formaction", "popovertarget", "aria-label"].map((name) => e.getAttribute(name));
  if (own.every((one) => one === null)) own.push(e.getAttribute("class"));
  const value = e.matches("input:not([type=checkbox], [type=radio], [type=hidden]), textarea, select") ? null : e.getAttribute("value");
  const words = e.matches("details") ? name(e.querySelector("summary")) : e.matches("summary") ? name(e) : null;
  return JSON.stringify([e.tagName, own, value, words, e.form?.getAttribute("action") ?? null]);
}

const name = (e) => e?.getAttribute("aria-label") ?? e?.textContent.trim();

// Finds in a fresh region what stands for an element of the old one.
function finder(old, e) {
  const like = likeness(e);
  const all = (region) => [...region.querySelectorAll(e.localName)].filter((other) => likeness(other) === like);
  const at = all(old).indexOf(e);
  return (fresh) => { const found = all(fresh); return found[at] ?? found.at(-1); };
}

function note(old, e, act) {
  const find = finder(old, e);
  return (fresh) => { const now = find(fresh); if (now) act(now); };
}

function details(old) {
  return [...old.querySelectorAll("details")].map((e) => { const { open } = e; return note(old, e, (now) => { now.open = open; }); });
}

function popovers(old) {
  return [...old.querySelectorAll(":popover-open")].map((e) => note(old, e, (now) => now.showPopover()));
}

function scrolled(old) {
  return [...old.querySelectorAll("*")].filter((e) => e.scrollTop || e.scrollLeft).map((e) => {
    const { scrollTop, scrollLeft } = e;
    return note(old, e, (now) => Object.assign(now, { scrollTop, scrollLeft }));
  });
}

function drafts(old) {
  return [...old.querySelectorAll("input, textarea, select")].filter(changed).map((e) => {
    const { value, checked } = e;
    return note(old, e, (now) => { if (now.type !== "file") Object.assign(now, box(now) ? { checked } : { value }); });
  });
}

const box = (e) => e.type === "checkbox" || e.type === "radio";

function changed(e) {
  if (box(e)) return e.checked !== e.defaultChecked;
  if (e.localName === "select") return [...e.options].some((o) => o.selected !== o.defaultSelected);
  return e.type !== "hidden" && e.value !== e.defaultValue;
}

function focus(old) {
  const at = document.activeElement;
  if (!at || at === old || !old.contains(at)) return [];
  const find = finder(old, at);
  const caret = box(at) ? null : at.selectionStart ?? null; // null where a field has none
  const end = caret === null ? null : at.selectionEnd;
  return [(fresh) => {
    const now = find(fresh);
    if (!now) return stand(fresh);
    now.focus({ preventScroll: true });
    if (caret !== null) now.setSelectionRange(caret, end);
  }];
}

// What had the focus is gone: the next Tab goes on from its region, not from
// the top of the page.
function stand(region) {
  region.tabIndex = -1;
  region.focus({ preventScroll: true });
}
