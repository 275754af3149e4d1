// The dataset's metadata, and its clips as their scripts load.
const corpus = JSON.parse(document.getElementById("corpus").textContent);
const at = (id) => document.getElementById(id);
const make = (tag, parts = {}, ...inside) => {
  const node = Object.assign(document.createElement(tag), parts);
  node.append(...inside);
  return node;
};
const columnOf = new Map(corpus.columns.map((column, index) => [column.name, { ...column, index }]));

// All clips; those in the table, in its order; the selected one.
let rows = [], shown = [], chosen = null;
const errors = [];

function readClip(packed) {
  const [id, content, sound, text, speaker, seconds, values, found, picture, plan] = packed;
  const findings = found.map(([check, advice, spans]) =>
    ({ check, advice, spans, weight: columnOf.get(check)?.weight ?? "warn" }));
  const grave = findings.filter((finding) => finding.weight === "error").length;
  const severity = grave * 1000 + findings.length;
  const over = new Set(findings.map((finding) => finding.check));
  const lower = `${id}\n${text}\n${speaker}`.toLowerCase();
  return { id, content, sound, text, speaker, seconds, values, findings, picture, plan, severity, over, lower };
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
