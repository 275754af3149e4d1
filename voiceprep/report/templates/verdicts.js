// Verdicts: those the page came with, overridden by those given in this browser (null: taken back).
const MARKS = { reject: "✕", keep: "✓", text: "✎" };
const STORE = `voiceprep verdicts ${corpus.place}`;
const given = new Map(corpus.verdicts.map((each) => [each.content, each]));
const local = new Map();
const earlier = new Map();
let typing = null, storing = true;

const same = (a, b) => ["verdict", "text", "why"].every((key) => (a?.[key] ?? "") === (b?.[key] ?? ""));
const verdictOf = (content) => (local.has(content) ? local.get(content) : given.get(content)) ?? null;
const unsaved = () => [...local].filter(([content, each]) => !same(each, given.get(content)));

function loadVerdicts() {
  try {
    for (const [content, each] of JSON.parse(localStorage.getItem(STORE) ?? "[]")) local.set(content, each);
  } catch {
    storing = false;
  }
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

function saveAndDraw() {
  storeVerdicts();
  drawRows();
  drawVerdict();
  showCount();
}

function duration(some) {
  const minutes = some.reduce((sum, row) => sum + row.seconds, 0) / 60;
  return minutes < 120 ? `${minutes.toFixed(1)} min` : `${(minutes / 60).toFixed(1)} h`;
}

function showCount() {
  const left = rows.filter((row) => row.findings.length && !verdictOf(row.content)).length;
  const rejected = rows.filter((row) => verdictOf(row.content)?.verdict === "reject");
  const parts = [`${left} with findings undecided`];
  if (rejected.length) parts.push(`${rejected.length} rejected (${duration(rejected)})`);
  if (unsaved().length) parts.push(`${unsaved().length} not yet exported`);
  if (!storing) parts.push("this browser stores nothing: export before you leave");
  at("count").textContent = parts.join(" · ");
}

// One line per clip; a verdict that was taken back is exported as "keep", which undoes it.
function verdictLines() {
  const all = new Map([...given, ...[...local].filter(([content, each]) => each || given.has(content))]);
  return [...all].map(([content, each]) => {
    const { id, verdict, text, why } = each ?? { id: given.get(content).id, verdict: "keep" };
    const line = { content, id, verdict, ...(verdict === "text" && { text }), why: why ?? "" };
    return `${JSON.stringify(line)}\n`;
  }).join("");
}

function exportVerdicts() {
  const address = URL.createObjectURL(new Blob([verdictLines()], { type: "application/jsonl" }));
  make("a", { href: address, download: "verdicts.jsonl" }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}

function readVerdict(line) {
  try {
    const each = JSON.parse(line);
    const complete = each.verdict !== "text" || (typeof each.text === "string" && each.text.trim());
    return typeof each.content === "string" && Object.hasOwn(MARKS, each.verdict) && complete ? each : null;
  } catch {
    return null;
  }
}

async function importVerdicts(file) {
  const lines = (await file.text()).split("\n").filter((line) => line.trim());
  const read = lines.map(readVerdict);
  for (const each of read.filter(Boolean)) local.set(each.content, each);
  earlier.clear();
  saveAndDraw();
  fillBoxes();
  const wrong = read.findIndex((each) => !each);
  at("message").textContent = `${read.filter(Boolean).length} verdicts read`
    + (wrong < 0 ? "" : `; line ${wrong + 1} of ${file.name} is not a verdict`);
}
