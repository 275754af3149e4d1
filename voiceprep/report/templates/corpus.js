// Keys and clicks, and the start of the page.
const ACTS = {
  j: () => move(1), k: () => move(-1), ArrowDown: () => move(1), ArrowUp: () => move(-1), " ": play,
  x: () => chosen && decide(chosen, "reject"), g: () => chosen && decide(chosen, "keep"),
  u: () => chosen && undo(chosen), t: () => at("text").focus(), f: playFinding, "/": () => at("query").focus(),
  "?": () => { at("help").open = !at("help").open; },
};
const BUTTONS = { play: " ", reject: "x", keep: "g", undo: "u", next: "j", previous: "k" };

function leave(field) {
  field.blur();
  at("choose").open = at("help").open = false;
}

function press(event) {
  const focus = document.activeElement;
  if (event.key === "Escape") return leave(focus);
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (focus.matches("input:not([type=checkbox]), textarea")) return;
  const act = Object.hasOwn(ACTS, event.key) ? ACTS[event.key] : null;
  // A focused control keeps its own space key; arrows scroll outside the table.
  if (!act || (event.key === " " && focus.matches("button, summary, a, audio, input, select"))) return;
  if (event.key.startsWith("Arrow") && focus !== at("rows")) return;
  event.preventDefault();
  act();
}

function listen() {
  document.addEventListener("keydown", press);
  document.addEventListener("click", (event) => {
    // Otherwise space would press the button again.
    if (event.detail && event.target.matches("button")) event.target.blur();
  });
  for (const [id, key] of Object.entries(BUTTONS)) at(id).addEventListener("click", ACTS[key]);
  at("rows").addEventListener("scroll", drawSoon, { passive: true });
  at("query").addEventListener("input", () => refill(true));
  at("check").addEventListener("change", () => focusOn(at("check").value));
  at("state").addEventListener("change", () => refill(true));
  at("text").addEventListener("input", typeText);
  at("why").addEventListener("input", typeWhy);
  at("export").addEventListener("click", exportVerdicts);
  at("import").addEventListener("change", ({ target }) => {
    if (target.files[0]) importVerdicts(target.files[0]);
    target.value = "";
  });
  new ResizeObserver(() => { drawRows(); if (chosen) showPicture(); }).observe(at("clips"));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => chosen && showPicture());
  for (const link of document.querySelectorAll("[data-clip]"))
    link.addEventListener("click", () => goTo(link.dataset.clip));
}

function listenToSound() {
  at("picture").addEventListener("click", (event) => {
    sound.currentTime = (event.offsetX / at("picture").clientWidth) * length();
    movePlayhead();
  });
  for (const name of ["play", "seeked", "loadedmetadata"]) sound.addEventListener(name, movePlayhead);
  for (const name of ["play", "pause"])
    sound.addEventListener(name, () => { at("play").textContent = sound.paused ? "play" : "pause"; });
  sound.addEventListener("error", () => showMessage(`cannot be played: ${chosen?.sound}`));
}

function goTo(id) {
  const row = rows.find((each) => each.id === id);
  if (!row) return;
  if (!shown.includes(row)) {
    for (const box of ["query", "state"]) at(box).value = "";
    focusOn("");
  }
  choose(row);
  at("rows").scrollTop = Math.max(0, (shown.indexOf(row) - 3) * rowHeight());
}

function fillChecks() {
  const known = [...faultOf.values()].sort(byHeft), value = at("check").value;
  const found = known.filter((fault) => fault.clips).map(({ name, clips }) =>
    make("option", { value: name }, `${name} (${clips})${dismissed.has(name) ? ", dismissed" : ""}`));
  const unsure = known.filter((fault) => fault.undecided).map(({ name, undecided }) =>
    make("option", { value: `? ${name}` }, `${name} (${undecided})`));
  at("check").replaceChildren(make("option", { value: "" }, "any finding"), ...found);
  if (unsure.length) at("check").append(make("optgroup", { label: "could not tell" }, ...unsure));
  at("check").value = value;
}

function fillChoices() {
  at("state").replaceChildren(
    ...Object.entries(STATES).map(([value, label]) => make("option", { value }, label)));
  document.querySelector("#choose div").replaceChildren(...[...ALL.values()].slice(2).map(({ name }) => {
    const box = make("input", { type: "checkbox", checked: visible.has(name) });
    box.addEventListener("change", () => { visible[box.checked ? "add" : "delete"](name); drawHeads(); });
    return make("label", {}, box, name);
  }));
}

loadVerdicts();
chooseFirst();
fillChecks();
fillChoices();
drawFaults();
drawHeads();
listen();
listenToSound();
showCount();
refill();
for (const file of corpus.files)
  loadScript(file, () => { errors.push(`${file} is missing: run voiceprep report again`); refill(); });
