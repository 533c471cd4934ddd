// Changes the colours at once; the form behind the button remembers them.
const order = ["auto", "light", "dark"];

export function followTheme() {
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-theme-toggle]");
    if (!form) return;
    event.preventDefault();
    const button = form.querySelector("button");
    const theme = button.value;
    const next = order[(order.indexOf(theme) + 1) % order.length];
    fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form, event.submitter ?? button)), keepalive: true });
    document.documentElement.dataset.theme = theme;
    button.value = next;
    button.title = `Colours: ${theme}`;
    button.setAttribute("aria-label", `Colours: ${theme}. Change to ${next}`);
  });
}
