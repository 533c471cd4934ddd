// Says a sentence to screen readers, and on screen for a moment.
export function say(sentence) {
  const place = document.getElementById("say");
  if (!place) return;
  place.textContent = sentence;
  place.classList.remove("visually-hidden");
  clearTimeout(say.timer);
  say.timer = setTimeout(() => place.classList.add("visually-hidden"), 4000);
}

// Tells a sentence to screen readers only: what eyes see happen.
export function tell(sentence) {
  const place = document.getElementById("told");
  if (place) place.textContent = sentence;
}

// What stands on a page when it arrives is read by nobody as news, so it is told.
export function followNotices() {
  const notices = [...document.querySelectorAll("main > .notices p")].map((p) => p.textContent);
  if (notices.length) requestAnimationFrame(() => tell(notices.join(" ")));
}
