// Lets a file be dropped on its field, and shows its name.
export function followDrops() {
  for (const kind of ["dragover", "dragleave", "drop"]) document.addEventListener(kind, onDrag);
  document.addEventListener("change", (event) => {
    const place = event.target.closest("[data-drop]");
    if (place && event.target.type === "file") name(place, event.target);
  });
}

function onDrag(event) {
  const place = event.target.closest?.("[data-drop]");
  if (!place) return;
  event.preventDefault();
  place.classList.toggle("over", event.type === "dragover");
  if (event.type !== "drop" || !event.dataTransfer.files.length) return;
  const input = place.querySelector("input[type=file]");
  input.files = event.dataTransfer.files;
  name(place, input);
  input.form?.requestSubmit();
}

function name(place, input) {
  const file = input.files[0];
  place.querySelector("[data-drop-name]").textContent = file ? `${file.name}, ${size(file.size)}` : "";
}

function size(bytes) {
  return bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
