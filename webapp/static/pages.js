// Small comforts; every page works without them.
document.addEventListener("change", (event) => {
  const input = event.target;
  if (!(input instanceof HTMLInputElement) || !input.dataset.mostBytes || !input.files) return;
  const most = Number(input.dataset.mostBytes);
  const file = input.files[0];
  const tooLarge = file && file.size > most;
  input.setCustomValidity(
    tooLarge ? `This file has ${(file.size / 1048576).toFixed(1)} MB, the most is ${most / 1048576} MB.` : "",
  );
  if (tooLarge) input.reportValidity();
});

document.addEventListener("submit", (event) => {
  const button = event.target.querySelector("button[type=submit]");
  if (!button || event.target.dataset.sent) {
    if (event.target.dataset.sent) event.preventDefault();
    return;
  }
  if (event.target.enctype === "multipart/form-data") {
    event.target.dataset.sent = "yes";
    button.textContent = "Sending…";
  }
});

window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// A kept reply goes into the text that it begins.
document.addEventListener("change", (event) => {
  const target = event.target.dataset?.fills && document.getElementById(event.target.dataset.fills);
  if (target && event.target.value) target.value = event.target.value;
});

// A file that is dropped anywhere in a form is chosen there, and beside one it opens no other page.
const formUnder = (event) => event.target.closest?.("form.upload");
const hasFiles = (event) => event.dataTransfer?.types.includes("Files");

document.addEventListener("dragover", (event) => {
  if (!document.querySelector("form.upload") || !hasFiles(event)) return;
  event.preventDefault();
  if (!formUnder(event)) event.dataTransfer.dropEffect = "none";
});

document.addEventListener("drop", (event) => {
  if (!document.querySelector("form.upload") || !hasFiles(event)) return;
  event.preventDefault();
  const input = formUnder(event)?.querySelector("input[type=file]");
  if (!input) return;
  input.files = event.dataTransfer.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
});
