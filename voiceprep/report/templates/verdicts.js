// Verdicts: those the page came with, and over them those given here, null where one is taken back.
const MARKS = { reject: "✕", keep: "✓", text: "✎" };
const STORE = `voiceprep verdicts ${corpus.place}`;
const given = new Map(corpus.verdicts.map((each) => [each.content, each]));
const here = new Map();
const before = new Map();
let typing = null, keeps = true;

const same = (a, b) => ["verdict", "text", "why"].every((key) => (a?.[key] ?? "") === (b?.[key] ?? ""));
const said = (content) => (here.has(content) ? here.get(content) : given.get(content)) ?? null;
const unsaved = () => [...here].filter(([content, each]) => !same(each, given.get(content)));

function recall() {
  try {
    for (const [content, each] of JSON.parse(localStorage.getItem(STORE) ?? "[]")) here.set(content, each);
  } catch {
    keeps = false;
  }
}

function remember() {
  try {
    localStorage.setItem(STORE, JSON.stringify(unsaved()));
  } catch {
    keeps = false;
  }
}

// What is typed letter by letter is one decision.
function decide(row, verdict, text, typed = false) {
  const content = row.content, was = said(content);
  if (!(typed && typing === content)) before.set(content, [...(before.get(content) ?? []), was]);
  typing = typed ? content : null;
  const why = at("why").value.trim();
  here.set(content, { content, id: row.id, verdict, ...(verdict === "text" && { text }), why });
  settle();
}

function undo(row) {
  here.set(row.content, before.get(row.content)?.pop() ?? null);
  typing = null;
  settle();
  fillBoxes();
}

function settle() {
  remember();
  drawRows();
  drawVerdict();
  tellCount();
}

function lasting(some) {
  const minutes = some.reduce((sum, row) => sum + row.seconds, 0) / 60;
  return minutes < 120 ? `${minutes.toFixed(1)} min` : `${(minutes / 60).toFixed(1)} h`;
}

function tellCount() {
  const left = rows.filter((row) => row.findings.length && !said(row.content)).length;
  const rejected = rows.filter((row) => said(row.content)?.verdict === "reject");
  const parts = [`${left} with findings undecided`];
  if (rejected.length) parts.push(`${rejected.length} rejected (${lasting(rejected)})`);
  if (unsaved().length) parts.push(`${unsaved().length} not yet exported`);
  if (!keeps) parts.push("this browser keeps nothing: export before you leave");
  at("count").textContent = parts.join(" · ");
}

// One line a clip; one that was taken back is told as kept, which undoes it.
function verdictLines() {
  const all = new Map([...given, ...[...here].filter(([content, each]) => each || given.has(content))]);
  return [...all].map(([content, each]) => {
    const { id, verdict, text, why } = each ?? { id: given.get(content).id, verdict: "keep" };
    const told = { content, id, verdict, ...(verdict === "text" && { text }), why: why ?? "" };
    return `${JSON.stringify(told)}\n`;
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
    return typeof each.content === "string" && each.verdict in MARKS ? each : null;
  } catch {
    return null;
  }
}

async function importVerdicts(file) {
  const lines = (await file.text()).split("\n").filter((line) => line.trim());
  const read = lines.map(readVerdict);
  for (const each of read.filter(Boolean)) here.set(each.content, each);
  before.clear();
  settle();
  fillBoxes();
  const wrong = read.findIndex((each) => !each);
  at("told").textContent = `${read.filter(Boolean).length} verdicts read`
    + (wrong < 0 ? "" : `; line ${wrong + 1} of ${file.name} is no verdict`);
}
