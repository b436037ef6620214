// Reading without the mouse. The page works without this file: every control is an ordinary one.
const form = document.getElementById("marks");
const items = [...form.querySelectorAll("fieldset.marked")];
const comment = document.getElementById("comment");
const toggle = document.getElementById("keys-switch");
let here = 0;
let on = localStorage.getItem("reading-keys") !== "off";

function say() {
  const keys = document.getElementById("keys");
  document.getElementById("keys-state").textContent = `(${on ? keys.dataset.on : keys.dataset.off})`;
  toggle.textContent = on ? "Turn the keys off" : "Turn the keys on";
  toggle.hidden = false;
}

function go(place) {
  here = Math.max(0, Math.min(items.length - 1, place));
  items.forEach((item, number) => item.classList.toggle("here", number === here));
  const inputs = items[here].querySelectorAll("input");
  (items[here].querySelector("input:checked") ?? inputs[0]).focus();
}

function choose(digit) {
  const found = items[here].querySelector(`input[data-digit="${digit}"]`);
  if (!found) return;
  found.checked = true;
  found.focus();
  if (here < items.length - 1) go(here + 1);
}

const saveAndNext = () => form.requestSubmit(document.getElementById("save-next"));
const actions = {
  j: () => go(here + 1),
  k: () => go(here - 1),
  c: () => comment.focus(),
  s: saveAndNext,
  n: () => document.getElementById("next").click(),
};

document.addEventListener("keydown", (event) => {
  if (event.target === comment) {
    if (event.key === "Escape") go(here);
    if (event.key === "Enter" && event.ctrlKey) saveAndNext();
    return;
  }
  const typing = event.target.matches("textarea, select, input:not([type=radio])");
  if (!on || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const action = /^[0-9]$/.test(event.key) ? () => choose(event.key) : actions[event.key];
  if (!action) return;
  event.preventDefault();
  action();
});

form.addEventListener("focusin", (event) => {
  const place = items.indexOf(event.target.closest("fieldset.marked"));
  if (place >= 0) here = place;
  items.forEach((item, number) => item.classList.toggle("here", number === place));
});

document.getElementById("kept")?.addEventListener("change", (event) => {
  if (!event.target.value) return;
  comment.value = [comment.value.trim(), event.target.value].filter(Boolean).join("\n");
  event.target.value = "";
});

toggle.addEventListener("click", () => {
  on = !on;
  localStorage.setItem("reading-keys", on ? "on" : "off");
  say();
});
say();
