// Reloads the list when a letter arrived; without JavaScript, reload by hand.
const known = document.body.dataset.last;
setInterval(async () => {
  if (document.hidden || document.activeElement?.matches("input")) return;
  try {
    const answer = await fetch("last", { cache: "no-store" });
    if (answer.ok && (await answer.text()) !== known) location.reload();
  } catch {
    // the demo was stopped: nothing to show
  }
}, 1500);
