// Opens the dialog that a button asks for before it does its work, and closes
// dialogs and menus.
export function followDialogs() {
  document.addEventListener("click", (event) => {
    const ask = event.target.closest("[data-confirm]");
    if (ask) {
      event.preventDefault();
      document.getElementById(ask.dataset.confirm).showModal();
    }
    const close = event.target.closest("[data-close]");
    if (close?.type === "button") close.closest("dialog")?.close();
  });
  document.addEventListener("submit", (event) => {
    event.target.closest("[popover]:popover-open")?.hidePopover();
  });
}
