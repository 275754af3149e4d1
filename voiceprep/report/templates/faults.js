// The faults: one for each check, with its clips, and whether it is dismissed for the whole set.
const ALL_CLIPS = { check: "", unsure: "" };
// The check whose clips, or whose undecided clips, are in the table.
let focus = ALL_CLIPS;

const clipCount = (count) => (count === 1 ? "1 clip" : `${count} clips`);
const share = (count) => {
  const percent = (100 * count) / Math.max(1, corpus.clips);
  return percent && percent < 1 ? "< 1 %" : `${Math.round(percent)} %`;
};
// Errors before warnings, those of most clips first. A fault stays in its place when it is dismissed.
const heft = (fault) => [fault.weight !== "error", -fault.clips, -fault.undecided];
const byHeft = (a, b) => {
  const [one, other] = [heft(a), heft(b)];
  return one.map((part, index) => part - other[index]).find((difference) => difference) ?? 0;
};

const reasonOf = (row, name) => row.unsure.find(([check]) => check === name)?.[1];
const findingOf = (row, name) => row.findings.find((finding) => finding.check === name);
const isInFocus = (row) => (focus.unsure ? reasonOf(row, focus.unsure) !== undefined : findingOf(row, focus.check));

// Show the clips of a fault, the worst first, or those of which its check could not tell.
function focusOn(value) {
  at("check").value = value;
  focus = value.startsWith("? ") ? { check: "", unsure: value.slice(2) } : { check: value, unsure: "" };
  const fault = faultOf.get(focus.check);
  if (focus.unsure) sorting = { name: "id", sign: 1 };
  else if (!fault) sorting = { name: "findings", sign: -1 };
  else if (columnOf.has(fault.name)) sorting = { name: fault.name, sign: fault.worse === "below" ? 1 : -1 };
  else sorting = { name: "id", sign: 1 };
  drawFocus();
  // The rows first: those of before may lack what the new columns show.
  refill(true);
  drawHeads();
  if (chosen) showClip();
}

function showFault(value) {
  for (const box of ["query", "state"]) at(box).value = "";
  focusOn(value);
  choose(shown[0] ?? null);
  at("clips").scrollIntoView();
}

function linkTo(value, text) {
  const link = make("button", { type: "button", className: "link", onclick: () => showFault(value) });
  link.append(text);
  return link;
}

// A fault: its clips, what was found in the worst, what to do, and whether it is dismissed.
function drawFault(fault) {
  const { name, weight, clips, seconds, worst, evidence, advice } = fault;
  const lines = [];
  if (clips) {
    const kind = weight === "error" ? "error" : "warning";
    const count = `${kind} in ${clipCount(clips)}, ${share(clips)}, ${lengthOf(seconds)}`.replace(/(\d) /g, "$1\u00a0");
    const parts = { type: "button", className: "link", onclick: () => showClipOf(name, worst) };
    const link = make("button", parts, make("bdi", {}, worst));
    // What has no measure has no worst clip.
    const which = clips > 1 ? `${columnOf.has(name) ? "worst" : "first"}: ` : "";
    const found = make("p", { dir: "auto" }, which, link, evidence ? `: ${evidence}` : "");
    lines.push(make("p", {}, make("b", {}, linkTo(name, name)), " ", make("span", { className: "soft" }, count)),
      drawDismissal(name), found);
    if (advice) lines.push(make("p", {}, advice));
  } else {
    lines.push(make("p", {}, make("b", {}, name)));
  }
  if (fault.undecided) lines.push(drawUndecided(fault));
  return make("li", { className: dismissed.has(name) ? "dismissed" : weight }, ...lines);
}

function showClipOf(name, id) {
  showFault(name);
  goTo(id);
}

// Of how many clips a check could not tell, and the commonest reasons.
function drawUndecided({ name, undecided, reasons }) {
  const rest = undecided - reasons.reduce((sum, [, count]) => sum + count, 0);
  const counted = reasons.map(([reason, count]) => (count === undecided ? reason : `${reason} (${count})`));
  if (rest) counted.push(`other reasons (${rest})`);
  return make("p", { className: "soft" }, "could not tell in ", linkTo(`? ${name}`, clipCount(undecided)),
    `, ${share(undecided)}: ${counted.join("; ")}`);
}

function drawDismissal(name) {
  const verdict = verdictOf(checkKey(name));
  const box = make("div", { className: "decision" });
  if (verdict?.verdict !== "dismiss") {
    const title = "In later reports it counts against no clip, once verdicts.jsonl is in the dataset";
    box.append(make("button", { type: "button", title, onclick: () => dismiss(name) }, "dismiss for the whole set"));
    return box;
  }
  const placeholder = "reason: this is her voice";
  const why = make("input", { type: "text", dir: "auto", value: verdict.why ?? "", placeholder });
  why.setAttribute("aria-label", `reason to dismiss ${name}`);
  why.dataset.dismissal = name;
  why.addEventListener("input", () => explain(name, why.value.trim()));
  why.addEventListener("change", drawFaults);
  box.append(make("span", {}, "dismissed for the whole set"), why,
    make("button", { type: "button", onclick: () => restore(name) }, "undo"));
  return box;
}

function drawFaults() {
  const known = [...faultOf.values()].sort(byHeft);
  const found = known.filter((fault) => fault.clips), unsure = known.filter((fault) => !fault.clips && fault.undecided);
  at("fault-list").replaceChildren(...(found.length ? found.map(drawFault) : [make("li", {}, "no findings")]));
  at("unsure-list").replaceChildren(...unsure.map(drawFault));
  at("unsure").hidden = !unsure.length;
  const more = found.length ? " more" : "";
  const title = `${unsure.length}${more} ${unsure.length === 1 ? "check" : "checks"} could not tell`;
  at("unsure").querySelector("summary").textContent = `${title} in some clips`;
  drawFocus();
}

// The fault in focus is shown again above its clips.
function drawFocus() {
  const fault = faultOf.get(focus.check || focus.unsure);
  at("fault").replaceChildren(...(fault ? [drawFault(fault)] : []));
  at("fault").hidden = !fault;
}

// A short span is one place; the button plays from just before it.
function spanButton(row, [from, to]) {
  const text = to - from < 0.02 ? `${from.toFixed(2)} s` : `${from.toFixed(2)}–${to.toFixed(2)} s`;
  const onclick = (event) => {
    event.stopPropagation();
    if (chosen !== row) choose(row);
    playFrom(from - BEFORE);
  };
  return make("button", { type: "button", title: "play from just before", onclick }, `▸ ${text}`);
}

// What was found in one clip of the fault in focus, or why its check could not tell.
function drawEvidence(row) {
  if (focus.unsure) return make("div", {}, reasonOf(row, focus.unsure));
  const { evidence, advice, spans } = findingOf(row, focus.check), sentence = evidence || advice;
  const cell = make("div", { title: sentence, dir: "auto" });
  if (spans.length) cell.append(spanButton(row, spans[0]), " ");
  cell.append(sentence);
  if (spans.length > 1) cell.append(make("span", { className: "soft" }, `; and ${spans.length - 1} more`));
  return cell;
}
