// Says a sentence to screen readers, and on screen for a moment.
export function say(sentence) {
  const place = document.getElementById("say");
  if (!place) return;
  place.textContent = sentence;
  place.classList.remove("visually-hidden");
  clearTimeout(say.timer);
  say.timer = setTimeout(() => place.classList.add("visually-hidden"), 4000);
}
