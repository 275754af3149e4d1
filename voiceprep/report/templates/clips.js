// The dataset's metadata, and its clips as their scripts load.
const corpus = JSON.parse(document.getElementById("corpus").textContent);
const at = (id) => document.getElementById(id);
const make = (tag, parts = {}, ...inside) => {
  const node = Object.assign(document.createElement(tag), parts);
  node.append(...inside);
  return node;
};
const columnOf = new Map(corpus.columns.map((column, index) => [column.name, { ...column, index }]));
const faultOf = new Map(corpus.faults.map((fault) => {
  const { weight = "warn", advice = "", worse = "above" } = columnOf.get(fault.name) ?? {};
  return [fault.name, { ...fault, weight, advice, worse }];
}));

// All clips; those in the table, in its order; the selected one.
let rows = [], shown = [], chosen = null;
const errors = [];

function readClip(packed) {
  const [id, content, sound, text, speaker, seconds, values, found, picture, plan, unsure] = packed;
  const findings = found.map(([check, evidence, spans]) => {
    const { weight, advice } = faultOf.get(check);
    return { check, evidence, advice, spans, weight };
  });
  const lower = `${id}\n${text}\n${speaker}`.toLowerCase();
  return weigh({ id, content, sound, text, speaker, seconds, values, findings, picture, plan, unsure, lower });
}

// What counts against a clip: its findings but those of dismissed checks.
function weigh(row) {
  row.counted = row.findings.filter((finding) => !dismissed.has(finding.check));
  const grave = row.counted.filter((finding) => finding.weight === "error").length;
  row.severity = grave * 1000 + row.counted.length;
  row.over = new Set(row.counted.map((finding) => finding.check));
  return row;
}

function addClips(packed) {
  rows = rows.concat(packed.map(readClip));
  refill();
}

function loadScript(address, missing) {
  const script = make("script", { src: address, async: false });
  script.addEventListener("load", () => script.remove());
  script.addEventListener("error", missing);
  document.head.append(script);
}
