// Verdicts: those the page came with, overridden by those given in this browser (null: taken back).
const MARKS = { reject: "✕", keep: "✓", text: "✎" };
const STORE = `voiceprep verdicts ${corpus.place}`;
// A verdict is about a clip, keyed by its content, or about a check.
const checkKey = (name) => `check ${name}`;
const keyOf = (each) => (each.check ? checkKey(each.check) : each.content);
const given = new Map(corpus.verdicts.map((each) => [keyOf(each), each]));
const local = new Map();
const earlier = new Map();
let typing = null, storing = true, dismissed = new Set();

const same = (a, b) => ["verdict", "text", "why"].every((key) => (a?.[key] ?? "") === (b?.[key] ?? ""));
const verdictOf = (key) => (local.has(key) ? local.get(key) : given.get(key)) ?? null;
const unsaved = () => [...local].filter(([key, each]) => !same(each, given.get(key)));

function loadVerdicts() {
  try {
    for (const [key, each] of JSON.parse(localStorage.getItem(STORE) ?? "[]")) local.set(key, each);
  } catch {
    storing = false;
  }
  readDismissals();
}

function readDismissals() {
  const names = corpus.faults.map((fault) => fault.name);
  dismissed = new Set(names.filter((name) => verdictOf(checkKey(name))?.verdict === "dismiss"));
  rows.forEach(weigh);
}

function storeVerdicts() {
  try {
    localStorage.setItem(STORE, JSON.stringify(unsaved()));
  } catch {
    storing = false;
  }
}

// Text that is typed letter by letter is one decision.
function decide(row, verdict, text, typed = false) {
  const content = row.content, was = verdictOf(content);
  if (!(typed && typing === content)) earlier.set(content, [...(earlier.get(content) ?? []), was]);
  typing = typed ? content : null;
  const why = at("why").value.trim();
  local.set(content, { content, id: row.id, verdict, ...(verdict === "text" && { text }), why });
  saveAndDraw();
}

function undo(row) {
  local.set(row.content, earlier.get(row.content)?.pop() ?? null);
  typing = null;
  saveAndDraw();
  fillBoxes();
}

function dismiss(name) {
  local.set(checkKey(name), { verdict: "dismiss", check: name, why: "" });
  redrawAll();
  document.querySelector(`${focus.check ? "#fault" : "#fault-list"} [data-dismissal="${CSS.escape(name)}"]`)?.focus();
}

function restore(name) {
  local.set(checkKey(name), null);
  redrawAll();
}

function explain(name, why) {
  local.set(checkKey(name), { verdict: "dismiss", check: name, why });
  storeVerdicts();
  showCount();
}

// After a decision about a check: it changes what counts against every clip.
function redrawAll() {
  storeVerdicts();
  readDismissals();
  fillChecks();
  drawFaults();
  refill();
  if (chosen) showClip();
}

function saveAndDraw() {
  storeVerdicts();
  drawRows();
  drawVerdict();
  showCount();
}

function lengthOf(seconds) {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return seconds < 7200 ? `${(seconds / 60).toFixed(1)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
const duration = (some) => lengthOf(some.reduce((sum, row) => sum + row.seconds, 0));

function showCount() {
  const left = rows.filter((row) => row.counted.length && !verdictOf(row.content)).length;
  const rejected = rows.filter((row) => verdictOf(row.content)?.verdict === "reject");
  const parts = [`${left} with findings and no verdict`];
  if (rejected.length) parts.push(`${rejected.length} rejected (${duration(rejected)})`);
  if (dismissed.size) parts.push(`dismissed for the whole set: ${[...dismissed].join(", ")}`);
  if (unsaved().length) parts.push(`${unsaved().length} not yet exported`);
  if (!storing) parts.push("this browser stores nothing: export before you leave");
  at("count").textContent = parts.join(" · ");
}

// One line per clip and check; a verdict that was taken back is exported as one that revokes it.
function verdictLine(key, each) {
  const { content, id, check, verdict, text, why = "" } = each ?? {
    ...given.get(key), verdict: given.get(key).check ? "restore" : "keep", why: "",
  };
  if (check) return { verdict, check, why };
  return { content, id, verdict, ...(verdict === "text" && { text }), why };
}

function verdictLines() {
  const all = new Map([...given, ...[...local].filter(([key, each]) => each || given.has(key))]);
  return [...all].map(([key, each]) => `${JSON.stringify(verdictLine(key, each))}
`).join("");
}

function exportVerdicts() {
  const address = URL.createObjectURL(new Blob([verdictLines()], { type: "application/jsonl" }));
  make("a", { href: address, download: "verdicts.jsonl" }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}

function readVerdict(line) {
  try {
    const each = JSON.parse(line);
    if (["dismiss", "restore"].includes(each.verdict)) return typeof each.check === "string" ? each : null;
    const complete = each.verdict !== "text" || (typeof each.text === "string" && each.text.trim());
    return typeof each.content === "string" && Object.hasOwn(MARKS, each.verdict) && complete ? each : null;
  } catch {
    return null;
  }
}

async function importVerdicts(file) {
  const lines = (await file.text()).split("\n").filter((line) => line.trim());
  const read = lines.map(readVerdict);
  for (const each of read.filter(Boolean)) local.set(keyOf(each), each);
  earlier.clear();
  redrawAll();
  fillBoxes();
  const wrong = read.findIndex((each) => !each);
  at("message").textContent = `${read.filter(Boolean).length} verdicts read`
    + (wrong < 0 ? "" : `; line ${wrong + 1} of ${file.name} is not a verdict`);
}
