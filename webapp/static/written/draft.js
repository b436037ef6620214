// Saves a review while it is written. Without this file the buttons below it do the same.
const form = document.getElementById("review-form");
const said = document.getElementById("draft-state");
const revision = form.elements.revision;
const PAUSE = 1200;
let timer = null;
let saving = null;
let stopped = false;
const text = () => JSON.stringify([form.elements.paper.value, form.elements.body.value]);
let kept = text();

async function post() {
  const body = new URLSearchParams(new FormData(form));
  const options = { method: "POST", body, headers: { Accept: "application/json" }, redirect: "manual" };
  return fetch(form.dataset.draft, options);
}

// Whoever signed out and in again has another token: this page's own address has it.
async function newToken() {
  const answer = await fetch(location.pathname, { redirect: "manual" });
  if (!answer.ok) return false;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const token = page.querySelector("#review-form [name=csrf_token]")?.value;
  for (const field of document.getElementsByName("csrf_token")) if (token) field.value = token;
  return Boolean(token);
}

async function send() {
  const sent = text();
  try {
    let answer = await post();
    if (!answer.ok && (await newToken())) answer = await post();
    if (!answer.ok) throw new Error();
    const result = await answer.json();
    said.textContent = result.sentence;
    if (result.state === "saved") {
      revision.value = result.revision;
      kept = sent;
    }
    // After a conflict only a person can say which text is right.
    stopped = result.state === "conflict";
  } catch {
    said.textContent =
      "Not saved just now: you may be signed out or offline. Your text stays here; it is saved once that works again.";
    clearTimeout(timer);
    timer = setTimeout(save, 10 * PAUSE);
  }
}

function save() {
  clearTimeout(timer);
  if (!saving && !stopped && text() !== kept) {
    saving = send().finally(() => {
      saving = null;
    });
  }
  return saving ?? Promise.resolve();
}

form.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(save, PAUSE);
});
// What leads away, signing out too, waits for what is typed.
document.addEventListener("submit", (event) => {
  if (event.target === form || stopped || (!saving && text() === kept)) return;
  event.preventDefault();
  save().then(() => event.target.submit());
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") save();
});
