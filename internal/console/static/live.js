// Keeps regions fresh: the server says on one stream which topics changed,
// and every region that names such a topic fetches itself anew.
import { swap } from "./swap.js";

let stream, asked = ""; // the topics of the stream; null while the page rests
const due = new Map(); // region → timer

export function followEvents(address) {
  if (!address || !window.EventSource) return;
  listen(address);
  document.addEventListener("region:swapped", () => listen(address));
  // A browser has few connections to a server: tabs that nobody sees give theirs back.
  document.addEventListener("visibilitychange", () => (document.hidden ? rest() : reopen(address)));
  addEventListener("pagehide", rest);
  addEventListener("pageshow", (event) => event.persisted && reopen(address));
}

function rest() {
  stream?.close();
  asked = null;
}

function reopen(address) {
  asked = "";
  listen(address);
}

// Opens the stream for the topics that stand on the page now.
function listen(address) {
  const topics = [...new Set(regions().flatMap(topicsOf))].sort().join(" ");
  if (topics === asked || asked === null) return;
  asked = topics;
  stream?.close();
  if (!topics) return;
  stream = new EventSource(address + "?topics=" + encodeURIComponent(topics));
  stream.addEventListener("changed", (event) => wake(event.data.split(" ")));
  // What changed before the stream stood was told to nobody: look once.
  stream.addEventListener("open", () => wake(topics.split(" ")));
}

function regions() {
  return [...document.querySelectorAll("[data-topics]:not([data-topics=''])")];
}

function topicsOf(region) {
  return region.dataset.topics.split(" ").filter(Boolean);
}

function wake(topics) {
  for (const region of regions()) {
    if (topicsOf(region).some((t) => topics.includes(t))) refresh(region.id);
  }
}

// Many changes within a moment are one fetch; what somebody is typing in, or
// a menu that is open, waits.
function refresh(id) {
  if (due.has(id)) return;
  due.set(id, setTimeout(() => {
    due.delete(id);
    const region = document.getElementById(id);
    if (!region) return;
    if (inUse(region)) return refresh(id);
    swap(id, region.dataset.region || location.href, { push: "silent" });
  }, 200));
}

function inUse(region) {
  return region.querySelector(":popover-open, dialog[open]") !== null
    || (document.activeElement?.matches("input:not([type=checkbox], [type=radio]), textarea, select") && region.contains(document.activeElement));
}
