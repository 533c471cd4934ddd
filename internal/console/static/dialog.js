// Opens the dialog that a button asks for before it does its work, and closes
// dialogs and menus.
export function followDialogs() {
  document.addEventListener("click", (event) => {
    const ask = event.target.closest("[data-confirm]");
    if (ask) {
      event.preventDefault();
      document.getElementById(ask.dataset.confirm).showModal();
    }
    const close = event.target.closest("[data-close]"), dialog = close?.closest("dialog");
    if (dialog && (close.type === "button" || close.localName === "a")) {
      event.preventDefault();
      dialog.close();
    }
  });
  document.addEventListener("submit", (event) => {
    event.target.closest("[popover]:popover-open")?.hidePopover();
    if (event.target.matches("[data-asks]") || event.submitter?.matches("[data-asks]")) question(event);
  });
}

// Shows the server's question over the page, where a browser without scripts
// goes to a page of its own.
async function question(event) {
  const form = event.target, by = event.submitter;
  if (form.dataset.asked) return; // the question could not be shown here
  event.preventDefault();
  const url = by?.hasAttribute("formaction") ? by.formAction : form.action;
  const answer = await fetch(url, { method: "POST", body: new URLSearchParams(new FormData(form, by)), headers: { "X-Fragment": "question" }, credentials: "same-origin" }).catch(() => null);
  const asked = answer?.ok && new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("question");
  if (!asked) {
    form.dataset.asked = "yes";
    return form.requestSubmit(by);
  }
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-labelledby", "question-title");
  dialog.className = "question";
  dialog.append(asked);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
