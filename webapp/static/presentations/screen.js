// One minute. Space starts and stops, the arrows lead to the team before and after.
const MINUTE = 60000;
const MARKS = [
  [30000, "30 seconds left"],
  [10000, "10 seconds left"],
  [0, "Time is over"],
];
const found = (id) => document.getElementById(id);
let left = MINUTE;
let since = null;
let timer = null;

const remaining = () => (since === null ? left : left - (Date.now() - since));

function show() {
  const now = remaining();
  const seconds = Math.ceil(Math.abs(now) / 1000);
  const over = now < 0 && seconds > 0;
  const text = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  const clock = found("clock");
  clock.textContent = over ? `+${text}` : text;
  clock.classList.toggle("soon", now <= 10000 && now > 0);
  clock.classList.toggle("over", now <= 0);
  const passed = MARKS.filter(([mark]) => now <= mark).pop();
  const said = found("announced");
  if (since !== null && passed && said.textContent !== passed[1]) said.textContent = passed[1];
}

function startOrStop() {
  if (since === null) {
    since = Date.now();
    timer = setInterval(show, 200);
  } else {
    left = remaining();
    since = null;
    clearInterval(timer);
  }
  found("start").textContent = since === null ? "Start" : "Stop";
  show();
}

function reset() {
  if (since !== null) startOrStop();
  left = MINUTE;
  found("announced").textContent = "";
  show();
}

// A browser leaves the full screen when it goes to another page: then the next team comes here.
async function bring(address) {
  const answer = await fetch(address);
  if (!answer.ok || answer.redirected) {
    window.location.assign(address);
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  reset();
  document.querySelector("main").replaceWith(page.querySelector("main"));
  document.title = page.title;
  history.replaceState(null, "", address);
  found("start").focus();
}

document.addEventListener("click", (event) => {
  const control = event.target.closest("button, a");
  if (control?.id === "start") startOrStop();
  if (control?.id === "again") reset();
  if (control?.id === "full") {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.documentElement.requestFullscreen();
    // Space then starts the clock, and does not leave the full screen again.
    found("start").focus();
  }
  if (document.fullscreenElement && ["before", "after"].includes(control?.id)) {
    event.preventDefault();
    bring(control.href);
  }
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const onControl = event.target.matches("button, a");
  if (event.key === " " && !onControl) {
    event.preventDefault();
    startOrStop();
  }
  if (event.key === "ArrowRight") found("after")?.click();
  if (event.key === "ArrowLeft") found("before")?.click();
});
