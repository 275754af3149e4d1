// The table of clips: columns, sorting and filters.
// Pixels of a row, which is higher where it holds a sentence; extra rows around the visible ones;
// measures shown at first.
const ROW = 28, SENTENCE_ROW = 44, SPARE = 8, MEASURES = 3;
const STATES = {
  "": "any verdict", open: "findings, no verdict", reject: "rejected", keep: "good", text: "text corrected",
};
const order = new Intl.Collator(undefined, { numeric: true });
let sorting = { name: "findings", sign: -1 };

const number = (value) => {
  if (value == null) return "–";
  return value && Math.abs(value) < 1e-4 ? "≈ 0" : `${+value.toPrecision(4)}`;
};
const isFocused = () => Boolean(focus.check || focus.unsure);
const rowHeight = () => (isFocused() ? SENTENCE_ROW : ROW);
const names = (row) => row.counted.map((finding) => finding.check).join(" ");
const LABELS = [
  { name: "verdict", head: " ", width: 28, first: -1, value: (row) => verdictOf(row.content)?.verdict ?? null,
    show: (row) => MARKS[verdictOf(row.content)?.verdict] ?? "" },
  { name: "id", width: 130, value: (row) => row.id, show: (row) => row.id },
  { name: "seconds", width: 80, first: -1, right: true, value: (row) => row.seconds,
    show: (row) => row.seconds.toFixed(2) },
  { name: "findings", width: 190, first: -1, fault: true, value: (row) => row.severity,
    show: (row) => (isFocused() ? drawEvidence(row) : names(row)) },
  { name: "plan", width: 100, value: (row) => row.plan.map((step) => step[0]).join(" ") || null,
    show: (row) => row.plan.map((step) => step[0]).join(" ") },
  { name: "speaker", width: 90, value: (row) => row.speaker || null, show: (row) => row.speaker },
  { name: "text", width: 320, value: (row) => row.text || null, show: (row) => row.text },
];
const NUMBERS = [...columnOf.values()].map((column) => ({
  name: column.name, width: Math.max(84, 8.5 * column.name.length + 32), right: true, column,
  first: column.worse === "below" ? 1 : -1, value: (row) => row.values[column.index],
  show: (row) => number(row.values[column.index]),
}));
const ALL = new Map([...LABELS, ...NUMBERS].map((each) => [each.name, each]));
const visible = new Set(["verdict", "id", "seconds", "findings"]);

function chooseFirst() {
  const worst = [...corpus.columns].sort((a, b) => b.found - a.found).slice(0, MEASURES);
  for (const column of worst) visible.add(column.name);
}

// The clips of a fault are shown with its measure, and with what was found in each.
const inTable = () => {
  if (isFocused())
    return ["verdict", "id", "seconds", focus.check, "findings"].map((name) => ALL.get(name)).filter(Boolean);
  return [...ALL.values()].filter((each) => visible.has(each.name));
};
const headTitle = ({ name, column = {} }) => {
  const { unit, limit, worse, advice } = column;
  const bound = limit == null ? "" : `; at ${worse === "above" ? "most" : "least"} ${number(limit)}`;
  return `${name}${unit ? `, ${unit}` : ""}${bound}${advice ? `: ${advice}` : ""}`;
};

function drawHeads() {
  const columns = inTable(), table = at("rows").querySelector("table");
  table.style.minWidth = `${columns.reduce((sum, each) => sum + each.width, 0)}px`;
  table.querySelector("colgroup").replaceChildren(
    ...columns.map((each) => {
      const col = make("col");
      // The findings column takes the rest of the width.
      if (!each.fault) col.style.width = `${each.width}px`;
      return col;
    }));
  table.tHead.rows[0].replaceChildren(...columns.map((each) => {
    const parts = { type: "button", title: headTitle(each), onclick: () => sortBy(each) };
    const button = make("button", parts, each.head ?? each.name);
    if (each.head) button.setAttribute("aria-label", each.name);
    const head = make("th", { scope: "col", className: each.right ? "number" : "" }, button);
    if (sorting.name === each.name)
      head.setAttribute("aria-sort", sorting.sign > 0 ? "ascending" : "descending");
    return head;
  }));
  drawRows();
}

function sortBy({ name, first = 1 }) {
  sorting = { name, sign: sorting.name === name ? -sorting.sign : first };
  drawHeads();
  refill(true);
}

// Unknown values come last in both directions.
function compare(a, b) {
  const [one, other] = [a, b].map(ALL.get(sorting.name).value);
  if (one == null || other == null) return (one == null) - (other == null);
  return sorting.sign * (typeof one === "number" ? one - other : order.compare(one, other));
}

// Filters: words, "several words", and comparisons such as snr_db<25.
const TESTS = {
  "<": (a, b) => a < b, ">": (a, b) => a > b, "<=": (a, b) => a <= b, ">=": (a, b) => a >= b,
  "=": (a, b) => a === b,
};

function readQuery(query) {
  const tests = [], wrong = [];
  for (const match of query.matchAll(/([\w.]+)\s*(<=|>=|<|>|=)\s*(-?[\d.]+)|"([^"]*)"|(\S+)/gu)) {
    const [, name, sign, value, phrase, word] = match;
    const known = name && ALL.get(name);
    if (known && (known.right || name === "findings")) {
      const of = name === "findings" ? (row) => row.counted.length : known.value;
      tests.push((row) => of(row) != null && TESTS[sign](of(row), Number(value)));
    } else if (name) {
      wrong.push(`there is no measure ${name}`);
    } else {
      const part = (phrase ?? word).toLowerCase();
      tests.push((row) => row.lower.includes(part));
    }
  }
  return { tests, wrong };
}

function stateTest(state) {
  if (!state) return () => true;
  if (state === "open") return (row) => row.counted.length > 0 && !verdictOf(row.content);
  return (row) => verdictOf(row.content)?.verdict === state;
}

function refill(up = false) {
  const { tests, wrong } = readQuery(at("query").value);
  if (isFocused()) tests.push(isInFocus);
  tests.push(stateTest(at("state").value));
  shown = rows.filter((row) => tests.every((test) => test(row))).sort(compare);
  const left = errors.length ? 0 : corpus.clips - rows.length;
  const loading = left ? `, ${left} loading` : "";
  const count = shown.length === rows.length ? `${rows.length}` : `${shown.length} of ${rows.length}`;
  at("message").textContent = [...errors, ...wrong, `${count} clips, ${duration(shown)}${loading}`].join("; ");
  if (up) at("rows").scrollTop = 0;
  if (!shown.includes(chosen)) choose(shown[0] ?? null);
  drawRows();
  showCount();
}

// Only the visible rows are in the page.
function drawRows() {
  const box = at("rows"), columns = inTable(), height = rowHeight();
  const first = Math.max(0, Math.floor(box.scrollTop / height) - SPARE);
  const some = shown.slice(first, first + Math.ceil(box.clientHeight / height) + 2 * SPARE);
  const pad = (count) => {
    const row = make("tr", { className: "pad" });
    row.style.height = `${count * height}px`;
    return row;
  };
  box.classList.toggle("sentences", isFocused());
  box.querySelector("tbody").replaceChildren(
    pad(first), ...some.map((row, index) => drawRow(row, first + index, columns)),
    pad(shown.length - first - some.length));
}

function drawRow(row, place, columns) {
  const line = make("tr", { onclick: () => choose(row) });
  line.dataset.verdict = verdictOf(row.content)?.verdict ?? "";
  line.setAttribute("aria-rowindex", place + 1);
  line.setAttribute("aria-selected", row === chosen);
  for (const each of columns) {
    const kinds = [each.right && "number", (each.fault || row.over.has(each.name)) && "over"];
    const cell = make("td", { className: kinds.filter(Boolean).join(" ") }, each.show(row));
    if (each.name === "text" || each.name === "id") cell.dir = "auto";
    line.append(cell);
  }
  return line;
}

let drawing = 0;
function drawSoon() {
  cancelAnimationFrame(drawing);
  drawing = requestAnimationFrame(drawRows);
}
