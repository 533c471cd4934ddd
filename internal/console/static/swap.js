// Swaps a region of the page: a link or a form that carries
// data-swap="region" is fetched with the header X-Fragment, and what comes
// back takes the region's place. The address follows unless data-push="none"; data-push="replace" leaves no
// trace in the history.
import { say, tell } from "./say.js";
import { remember } from "./keep.js";

const turns = new Map(); // region → the number of its newest fetch; older answers are dropped
const asked = new Map(); // region → the turn that somebody waits for
const served = new Map(); // region → how it came from the server last

export function followSwaps() {
  serve(document);
  document.addEventListener("click", onClick);
  document.addEventListener("submit", onSubmit);
  addEventListener("popstate", () => location.reload());
}

// Says whether somebody waits for a region: a refresh must not take its turn.
export const waited = (id) => asked.has(id);

// Fetches url and puts its region in place. Says whether it did.
export async function swap(id, url, { method = "GET", body, push = "push" } = {}) {
  const silent = push === "silent";
  const turn = (turns.get(id) ?? 0) + 1;
  turns.set(id, turn);
  if (!silent) asked.set(id, turn);
  document.getElementById(id)?.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(url, { method, body, headers: { "X-Fragment": id }, credentials: "same-origin" });
    const text = await answer.text();
    if (turns.get(id) !== turn) return false;
    if (answer.status === 401) return signInAgain(silent);
    place(id, text, silent);
    if (answer.ok && push === "push") history.pushState({}, "", answer.url);
    if (answer.ok && push === "replace") history.replaceState({}, "", answer.url);
    return answer.ok;
  } catch {
    if (!silent) say("The server does not answer. Nothing was changed.");
    return false;
  } finally {
    if (asked.get(id) === turn) asked.delete(id);
    if (turns.get(id) === turn) document.getElementById(id)?.removeAttribute("aria-busy");
  }
}

// The session has ended: a page that somebody works with leads to the sign-in,
// which leads back; one that nobody touches stays as it is.
function signInAgain(silent) {
  if (!silent) location.reload();
  return false;
}

// Puts the region in place; a whole page (a problem, a sign-in) replaces main,
// unless nobody asked: then what stands stays.
function place(id, text, silent) {
  const answer = new DOMParser().parseFromString(text, "text/html");
  const fresh = answer.getElementById(id);
  const old = document.getElementById(id);
  if (fresh && old) {
    // Nothing new, and nobody asked: leave what somebody may be clicking at.
    if (silent && served.get(id)?.isEqualNode(fresh)) return;
    serve(fresh.parentNode);
    const restore = remember(old, silent);
    old.replaceWith(fresh);
    restore(fresh);
    if (!silent) lead(fresh);
    fresh.dispatchEvent(new CustomEvent("region:swapped", { bubbles: true }));
    return;
  }
  const main = answer.querySelector("main");
  if (main && !silent) document.querySelector("main").replaceWith(main);
}

// Tells who asked what has come, and leads to what is wrong with what they typed.
function lead(fresh) {
  tell(fresh.querySelector("[data-told]")?.textContent.trim() ?? "");
  fresh.querySelector("[autofocus]")?.focus();
}

// Notes how regions came from the server, before scripts touch them.
function serve(within) {
  within.querySelectorAll("[data-region]").forEach((region) => served.set(region.id, region.cloneNode(true)));
}

function onClick(event) {
  const link = event.target.closest("a[data-swap]");
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  swap(link.dataset.swap, link.href, { push: link.dataset.push });
}

function onSubmit(event) {
  const form = event.target, by = event.submitter;
  if (!form.dataset.swap || event.defaultPrevented || by?.hasAttribute("data-plain")) return;
  event.preventDefault();
  const data = new FormData(form, by);
  const url = new URL(by?.hasAttribute("formaction") ? by.formAction : form.action);
  if (form.method === "get") {
    url.search = new URLSearchParams(data);
    swap(form.dataset.swap, url, { push: form.dataset.push });
  } else {
    const body = form.enctype === "multipart/form-data" ? data : new URLSearchParams(data);
    swap(form.dataset.swap, url, { method: "POST", body, push: form.dataset.push });
  }
}
