// Selects people in a list: some, all on this page, or all that match. What
// was selected on other pages stays selected as hidden fields of the form.
const kept = new Map(); // id → what may be done with the person
const left = new Set(); // ids that are left out of all that match

export function followSelections() {
  document.addEventListener("change", onChange);
  document.addEventListener("region:swapped", () => forms().forEach(restore));
  addEventListener("pageshow", () => forms().forEach(settle));
  forms().forEach(settle);
}

const forms = () => [...document.querySelectorAll("form[data-selection]")];
const boxes = (form) => [...form.querySelectorAll("input[type=checkbox][name=user]")];

function onChange(event) {
  const form = event.target.closest("form[data-selection]");
  if (!form) return;
  const all = form.querySelector("[data-select-all-matching]");
  if (event.target.matches("[data-select-page]")) {
    boxes(form).forEach((box) => { box.checked = event.target.checked; });
    if (!event.target.checked) kept.clear();
  }
  if (event.target === all) {
    left.clear();
    boxes(form).forEach((box) => { box.checked = all.checked; });
  } else if (all.checked) {
    boxes(form).forEach((box) => (box.checked ? left.delete(box.value) : left.add(box.value)));
  }
  settle(form);
}

// After a page turned: check what was selected before. Another filter or
// search begins a new selection.
let filter = null;

function restore(form) {
  if (filter !== null && filter !== form.dataset.filter) {
    kept.clear();
    left.clear();
  }
  const all = form.querySelector("[data-select-all-matching]").checked;
  boxes(form).forEach((box) => { box.checked = all ? !left.has(box.value) : kept.has(box.value); });
  settle(form);
}

// Brings counts, hidden fields and the menu in line with the boxes.
function settle(form) {
  filter = form.dataset.filter;
  const list = boxes(form);
  list.forEach((box) => (box.checked ? kept.set(box.value, box.dataset.can) : kept.delete(box.value)));
  const all = form.querySelector("[data-select-all-matching]").checked;
  const matching = Number(form.dataset.matching);
  const count = all ? matching - left.size : kept.size;
  const page = form.querySelector("[data-select-page]");
  const here = list.filter((box) => box.checked).length;
  page.checked = here > 0 && here === list.length;
  page.indeterminate = here > 0 && here < list.length;
  form.querySelector("[data-selected-text]").textContent = count
    ? `${count.toLocaleString("en")} of ${matching.toLocaleString("en")} selected`
    : `${matching.toLocaleString("en")} ${matching === 1 ? "user" : "users"}`;
  const shown = new Set(list.map((box) => box.value));
  carry(form, "user", all ? [] : [...kept.keys()].filter((id) => !shown.has(id)));
  carry(form, "except", all ? [...left] : []);
  allow(form, all);
}

// Carries along whom no box of this page stands for: people of other pages, and
// who is left out.
function carry(form, name, ids) {
  form.querySelectorAll(`input[type=hidden][name=${name}]`).forEach((field) => field.remove());
  for (const value of ids) form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
}

// An act is open when at least one selected person is eligible for it (S1-08);
// of all that match, the server has counted who is.
function allow(form, all) {
  const can = new Set([...kept.values()].flatMap((words) => (words ?? "").split(" ")));
  form.querySelectorAll("[data-needs]").forEach((button) => { button.disabled = all ? !Number(button.dataset.able) : !can.has(button.dataset.needs); });
}
