// One minute. Space starts and stops, the arrows lead to the team before and after.
const MINUTE = 60000;
const MARKS = [
  [30000, "30 seconds left"],
  [10000, "10 seconds left"],
  [0, "Time is over"],
];
const clock = document.getElementById("clock");
const start = document.getElementById("start");
let left = MINUTE;
let since = null;
let timer = null;

const remaining = () => (since === null ? left : left - (Date.now() - since));

function show() {
  const now = remaining();
  const seconds = Math.ceil(Math.abs(now) / 1000);
  const over = now < 0 && seconds > 0;
  const text = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  clock.textContent = over ? `+${text}` : text;
  clock.classList.toggle("soon", now <= 10000 && now > 0);
  clock.classList.toggle("over", now <= 0);
  const passed = MARKS.filter(([mark]) => now <= mark).pop();
  const said = document.getElementById("announced");
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
  start.textContent = since === null ? "Start" : "Stop";
  show();
}

function reset() {
  if (since !== null) startOrStop();
  left = MINUTE;
  document.getElementById("announced").textContent = "";
  show();
}

start.addEventListener("click", startOrStop);
document.getElementById("again").addEventListener("click", reset);
document.getElementById("full").addEventListener("click", () => {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen();
});
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const onControl = event.target.matches("button, a");
  if (event.key === " " && !onControl) {
    event.preventDefault();
    startOrStop();
  }
  if (event.key === "ArrowRight") document.getElementById("after")?.click();
  if (event.key === "ArrowLeft") document.getElementById("before")?.click();
});
