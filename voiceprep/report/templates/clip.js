// The panel of the selected clip.
// Pictures kept in memory; spans of one finding that get a button; seconds played before a span.
const PICTURES = 60, SPANS = 6, BEFORE = 0.4;
const sound = document.querySelector("#clip audio");
const pictures = new Map();

function choose(row) {
  sound.pause();
  [chosen, typing] = [row, null];
  at("clip").hidden = !row;
  if (!row) return;
  at("clip").querySelector("h3").textContent = row.id;
  sound.src = row.sound;
  showMessage("");
  fillBoxes();
  drawVerdict();
  movePlayhead();
  showClip();
  drawRows();
}

// The parts that depend on the fault in focus and on what is dismissed.
function showClip() {
  showPicture();
  drawFindings();
}

// The findings that count and that of the fault in focus, which comes first.
function findingsShown() {
  const own = findingOf(chosen, focus.check);
  return own ? [own, ...chosen.counted.filter((finding) => finding !== own)] : chosen.counted;
}

function move(step) {
  const place = shown.indexOf(chosen) + step;
  if (place < 0 || place >= shown.length) return;
  choose(shown[place]);
  const box = at("rows"), head = box.querySelector("thead").offsetHeight, height = rowHeight();
  const low = (place + 1) * height + head - box.clientHeight;
  if (box.scrollTop > place * height || box.scrollTop < low)
    box.scrollTop = Math.max(0, step > 0 ? low + 3 * height : (place - 3) * height);
  at("clips").scrollIntoView({ block: "nearest" });
}

function addPicture(name, packed) {
  unpack(packed).then((picture) => {
    pictures.set(name, picture);
    if (pictures.size > PICTURES) pictures.delete(pictures.keys().next().value);
    if (chosen?.picture === name) showPicture();
  });
}

function showPicture() {
  const name = chosen.picture, marks = findingsShown()
    .filter((finding) => finding.spans.length).map(({ check, spans }) => ({ name: check, spans }));
  drawPicture(document.querySelector("#picture canvas"), pictures.get(name), chosen.seconds, marks);
  if (!name || pictures.has(name)) return;
  const missing = () => showMessage(`data/clips/${name}.js is missing: run voiceprep report again`);
  loadScript(`data/clips/${encodeURIComponent(name)}.js`, missing);
}

function showMessage(message) {
  document.querySelector("#picture p").textContent = message;
}

function fillBoxes() {
  const verdict = verdictOf(chosen?.content);
  at("text").value = verdict?.verdict === "text" ? verdict.text : chosen?.text ?? "";
  at("why").value = verdict?.why ?? "";
}

function drawVerdict() {
  const verdict = chosen && verdictOf(chosen.content)?.verdict;
  at("clip").dataset.verdict = verdict ?? "";
  at("reject").setAttribute("aria-pressed", verdict === "reject");
  at("keep").setAttribute("aria-pressed", verdict === "keep");
}

function drawFinding({ check, evidence, advice, weight, spans }) {
  const sentence = [evidence, advice].filter(Boolean).join(": ");
  const kind = dismissed.has(check) ? "soft" : weight;
  const line = make("li", { className: kind }, make("b", {}, check), ` ${sentence}`);
  for (const span of spans.slice(0, SPANS)) line.append(" ", spanButton(chosen, span));
  if (spans.length > SPANS) line.append(` and ${spans.length - SPANS} more`);
  return line;
}

// One of several that are counted is singular: 1 letter, 1 other clip.
function withUnit(value, unit) {
  if (value == null) return number(value);
  return `${number(value)} ${value === 1 ? unit.replace(/^(?!of )(.*[a-z]{2})s$/, "$1") : unit}`;
}

function drawFindings() {
  const steps = chosen.plan.map(([action, why, cost]) =>
    make("li", { className: "step" }, make("b", {}, action), ` ${[why, cost].filter(Boolean).join("; ")}`));
  const found = findingsShown(), lines = found.map(drawFinding);
  // What is in focus comes before the plan.
  if (found[0]?.check === focus.check) steps.unshift(lines.shift());
  if (!found.length) lines.push(make("li", { className: "soft" }, "no findings"));
  const quiet = chosen.findings.filter((finding) => !found.includes(finding)).map(({ check }) => check);
  if (quiet.length) lines.push(make("li", { className: "soft" }, `dismissed for the whole set: ${quiet.join(", ")}`));
  const unsure = chosen.unsure.map(([check, reason]) =>
    make("li", { className: "soft" }, make("b", {}, check), ` could not tell: ${reason}`));
  at("findings").replaceChildren(...steps, ...lines, ...unsure);
  at("values").replaceChildren(...[...columnOf.values()].map((column) => {
    const value = chosen.values[column.index];
    return make("div", { className: chosen.over.has(column.name) ? "over" : "", title: column.advice },
      make("dt", {}, column.name), make("dd", {}, withUnit(value, column.unit)));
  }));
}

const length = () => (Number.isFinite(sound.duration) ? sound.duration : chosen?.seconds) || 1;

function movePlayhead() {
  at("playhead").style.left = `${100 * Math.min(1, sound.currentTime / length())}%`;
  if (!sound.paused) requestAnimationFrame(movePlayhead);
}

function play() {
  if (!chosen) return;
  if (sound.paused) sound.play().catch(() => {});
  else sound.pause();
}

// From just before what the fault in focus found, or else the first finding.
function playFinding() {
  if (chosen) playFrom((findingsShown().find(({ spans }) => spans.length)?.spans[0][0] ?? 0) - BEFORE);
}

function playFrom(seconds) {
  sound.currentTime = Math.max(0, seconds);
  sound.play().catch(() => {});
}

// Save the text and the reason while they are typed.
function typeText() {
  const text = at("text").value.trim();
  if (text && text !== chosen.text) decide(chosen, "text", text, true);
  else if (verdictOf(chosen.content)?.verdict === "text") {
    local.set(chosen.content, earlier.get(chosen.content)?.pop() ?? null);
    typing = null;
    saveAndDraw();
  }
}

function typeWhy() {
  const verdict = verdictOf(chosen.content);
  if (verdict) local.set(chosen.content, { ...verdict, why: at("why").value.trim() });
  saveAndDraw();
}
