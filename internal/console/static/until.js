// Counts down to the end of the time in which something can be undone. The
// time itself stands on the page, so that nothing is lost without this.
let ticking = 0;

export function followTimes() {
  tick();
  document.addEventListener("region:swapped", tick);
}

function tick() {
  clearTimeout(ticking);
  let next = false;
  for (const box of document.querySelectorAll("[data-until]")) {
    const seconds = Math.ceil((Date.parse(box.dataset.until) - Date.now()) / 1000);
    if (seconds > 0) {
      next = true;
      show(box, seconds);
    } else {
      over(box);
    }
  }
  if (next) ticking = setTimeout(tick, 1000);
}

function show(box, seconds) {
  const left = box.querySelector("[data-until-left]");
  const two = (n) => String(n).padStart(2, "0");
  if (left) left.textContent = " (" + Math.floor(seconds / 60) + ":" + two(seconds % 60) + " left)";
}

function over(box) {
  if (box.hasAttribute("data-until-gone")) return box.remove();
  const words = box.querySelector("p");
  if (words && box.dataset.untilOver) words.textContent = box.dataset.untilOver;
  box.querySelector("form")?.remove();
}
