"use strict";

// A page to code units by hand. All texts come from the element `data` and become text nodes; nothing is parsed as HTML.
// State is one object per unit, { label, note, cannotTell }, kept in localStorage under the ids of the sample and the coder.

const data = JSON.parse(document.getElementById("data").textContent);
const storageKey = `plenary-coding:${data.sample}:${data.coder}`;
const element = Object.fromEntries([...document.querySelectorAll("[id]")].map(found => [found.id, found]));
const { codes } = data.codebook;
// A codebook may have a code of its own for this.
const hasUnsure = !codes.some(code => code.id === "cannot_tell");

let state = { values: {}, at: 0, changed: false, keys: true };
let storageFails = false;
// Earlier values, newest last: { at, withNotes, values: [[name, value or undefined], ...] }.
const history = [];

const target = unit => data.questions[unit.question].target || "";
const nameOf = unit => `${unit.segment_id} ${target(unit)}`;
const empty = { label: "", note: "", cannotTell: false };
const valueOf = unit => state.values[nameOf(unit)] || empty;
const isDone = unit => Boolean(valueOf(unit).label || valueOf(unit).cannotTell);
const words = id => id.replace(/_/g, " ");

function make(tag, text, className) {
  const made = document.createElement(tag);
  if (text) made.textContent = text;
  if (className) made.className = className;
  return made;
}

// Storage

function save() {
  try {
    localStorage.setItem(storageKey, JSON.stringify(state));
    storageFails = false;
  } catch (error) {
    if (!storageFails) say(`This browser does not keep codes (${error.name}). Export the CSV file before you close the page.`);
    storageFails = true;
  }
}

function restore() {
  try {
    const kept = JSON.parse(localStorage.getItem(storageKey));
    if (kept && kept.values && typeof kept.values === "object") state = { ...state, ...kept };
  } catch (error) {
    say(`Codes that this browser kept could not be read (${error.name}).`);
  }
  state.at = Math.min(Math.max(Number(state.at) || 0, 0), data.units.length - 1);
}

// Changes

function change(values, withNotes = false) {
  history.push({ at: state.at, withNotes, values: values.map(([name]) => [name, state.values[name]]) });
  for (const [name, value] of values) state.values[name] = value;
  state.changed = true;
  save();
}

function answer(label, cannotTell) {
  const unit = data.units[state.at];
  change([[nameOf(unit), { ...valueOf(unit), label, cannotTell }]]);
  const open = nextOpen(state.at);
  if (open !== null) state.at = open;
  save();
  show(cannotTell ? "Noted: cannot tell." : `Coded ${words(label)}.`);
}

function clearUnit() {
  const unit = data.units[state.at];
  if (!isDone(unit)) return;
  change([[nameOf(unit), { ...valueOf(unit), label: "", cannotTell: false }]]);
  show("Cleared.");
}

function undo() {
  const last = history.pop();
  if (!last) return;
  for (const [name, value] of last.values) {
    // A note that was written since then is not lost.
    const { note } = (last.withNotes ? value : state.values[name]) || empty;
    state.values[name] = { ...empty, ...value, note };
  }
  state.at = last.at;
  state.changed = true;
  save();
  show("Undone.");
}

function writeNote() {
  const unit = data.units[state.at];
  state.values[nameOf(unit)] = { ...valueOf(unit), note: element.note.value };
  state.changed = true;
  save();
}

// Ways through the units

function nextOpen(after) {
  for (let step = 1; step <= data.units.length; step++) {
    const at = (after + step) % data.units.length;
    if (!isDone(data.units[at])) return at;
  }
  return null;
}

function go(at) {
  if (at < 0 || at >= data.units.length) return;
  state.at = at;
  save();
  show("");
}

function firstOpen() {
  const open = nextOpen(-1);
  if (open === null) return announce("All units are coded.");
  go(open);
}

// What is shown

function say(text) {
  element.alert.textContent = text;
  element.alert.hidden = !text;
}

function announce(text) {
  element.status.textContent = text;
}

function turns(place, said) {
  place.replaceChildren(...said.map(([speaker, text]) => {
    const turn = make("p");
    turn.dir = "auto";
    if (speaker) turn.append(make("b", `${speaker}: `));
    turn.append(text);
    return turn;
  }));
  place.hidden = said.length === 0;
}

function codeButton(code, position, value) {
  const button = make("button");
  button.type = "button";
  button.title = code.definition;
  button.setAttribute("aria-pressed", String(value.label === code.id));
  if (position < 9) button.append(make("kbd", String(position + 1)));
  button.append(words(code.id));
  if (code.key) button.append(make("kbd", code.key.toUpperCase()));
  button.addEventListener("click", () => answer(code.id, false));
  return button;
}

function showCodes(unit) {
  const value = valueOf(unit);
  const buttons = codes.map((code, position) => codeButton(code, position, value));
  if (hasUnsure) {
    const unsure = make("button", null, "unsure");
    unsure.type = "button";
    unsure.setAttribute("aria-pressed", String(value.cannotTell));
    unsure.append(make("kbd", "0"), "cannot tell");
    unsure.addEventListener("click", () => answer("", true));
    buttons.push(unsure);
  }
  // A button that had the focus keeps it, though it is a new element.
  const focused = [...element.codes.children].indexOf(document.activeElement);
  element.codes.replaceChildren(...buttons);
  if (focused >= 0) buttons[Math.min(focused, buttons.length - 1)].focus();
}

function exampleText(example) {
  const before = example.before.length ? `${example.before.join(" / ")} / ` : "";
  const because = example.because ? ` (${example.because})` : "";
  return `${before}“${example.text}”: ${words(example.code)}${because}`;
}

let shownQuestion = null;

function showRules(question) {
  if (shownQuestion === question) return;
  shownQuestion = question;
  const common = data.codebook;
  const parts = [];
  const heading = text => parts.push(make("h3", text));
  if (question.target) {
    parts.push(make("p", question.title, "proposition"));
    if (question.negation) parts.push(make("p", `Denied: ${question.negation}`));
  }
  for (const text of [question.meaning, question.note, common.definition]) {
    if (text) parts.push(make("p", text));
  }
  heading("Codes");
  const list = make("dl");
  for (const code of codes) list.append(make("dt", words(code.id)), make("dd", code.definition));
  parts.push(list);
  const texts = (title, items) => {
    if (!items.length) return;
    heading(title);
    const made = make("ul");
    made.append(...items.map(text => make("li", text)));
    parts.push(made);
  };
  texts("Examples", [...question.examples, ...common.examples].map(exampleText));
  texts("Difficult cases", [...question.edgeCases, ...common.edgeCases]);
  element.rules.replaceChildren(...parts);
  element.codebook.scrollTop = 0;
}

function showProgress() {
  const n = data.units.length;
  const done = data.units.filter(isDone).length;
  const unsure = data.units.filter(unit => valueOf(unit).cannotTell).length;
  element.bar.max = n;
  element.bar.value = done;
  element.count.textContent = `${done} of ${n} coded` + (unsure ? ` (${unsure} cannot tell)` : "");
  element.done.hidden = done < n;
  element.undo.disabled = history.length === 0;
  element.clear.disabled = !isDone(data.units[state.at]);
  element.previous.disabled = state.at === 0;
  element.next.disabled = state.at === n - 1;
  element.open.disabled = done === n;
  document.title = `${done}/${n} ${data.study}, ${data.coder}`;
}

// Shows the unit; `event` is what a screen reader says first.
function show(event) {
  const unit = data.units[state.at];
  const question = data.questions[unit.question];
  element.position.textContent = `Unit ${state.at + 1} of ${data.units.length}`;
  element.document.textContent = [unit.document, unit.date].filter(Boolean).join(", ");
  turns(element.before, unit.before);
  turns(element.after, unit.after);
  element.speaker.textContent = unit.speaker || "(no speaker named)";
  element.words.textContent = unit.text;
  element.target.textContent = question.target ? "Does the speaker take a side on this?" : "Which code does it get?";
  element.question.textContent = question.title;
  element.note.value = valueOf(unit).note;
  showCodes(unit);
  showRules(question);
  showProgress();
  // The unit in the middle of the text around it; in small windows, of the window.
  element.reading.scrollTop = element.text.offsetTop - (element.reading.clientHeight - element.text.offsetHeight) / 2;
  if (event !== null && getComputedStyle(element.reading).overflowY === "visible") element.text.scrollIntoView({ block: "center" });
  if (event !== null) {
    announce(`${event} ${element.position.textContent}. ${element.speaker.textContent}: ${unit.text} ${question.title}`);
  }
}

// CSV, as RFC 4180 has it

const quoted = field => (/[",\r\n]/.test(field) ? `"${field.replace(/"/g, '""')}"` : field);
// No spreadsheet program takes it for a formula.
const plain = text => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);
const lines = said => said.map(([speaker, text]) => (speaker ? `${speaker}: ${text}` : text)).join("\n");

function rowOf(unit) {
  const value = valueOf(unit);
  const cells = {
    segment_id: unit.segment_id,
    target: target(unit),
    label: value.label,
    coder: data.coder,
    note: [value.cannotTell ? data.cannotTell : "", value.note.trim()].filter(Boolean).join(" "),
    inclusion_probability: unit.inclusion_probability,
    stratum: unit.stratum,
    sample: data.sample,
    speaker: unit.speaker,
    before: lines(unit.before),
    text: unit.text,
    after: lines(unit.after),
    document: unit.document,
    date: unit.date,
  };
  return data.columns.map(column => (data.forReading.includes(column) ? plain(cells[column]) : cells[column]));
}

function exportCsv() {
  const csv = [data.columns, ...data.units.map(rowOf)].map(row => row.map(quoted).join(",")).join("\r\n") + "\r\n";
  const link = make("a");
  link.href = URL.createObjectURL(new Blob(["\ufeff" + csv], { type: "text/csv" }));
  link.download = data.file;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  state.changed = false;
  save();
  announce(`Exported ${data.file}.`);
}

function parseCsv(text) {
  text = text.replace(/^\ufeff/, "");
  const head = text.split(/\r?\n/, 1)[0];
  const count = sign => head.split(sign).length;
  // Spreadsheet programs of some countries save with semicolons.
  const delimiter = [",", ";", "\t"].reduce((best, sign) => (count(sign) > count(best) ? sign : best));
  const rows = [];
  let row = [];
  let cell = "";
  let isQuoted = false;
  const endRow = () => {
    row.push(cell);
    if (row.some(Boolean)) rows.push(row);
    row = [];
    cell = "";
  };
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (isQuoted) {
      if (sign !== '"') cell += sign;
      else if (text[at + 1] === '"') cell += text[++at];
      else isQuoted = false;
    } else if (sign === '"' && cell === "") isQuoted = true;
    else if (sign === delimiter) {
      row.push(cell);
      cell = "";
    } else if (sign === "\n") endRow();
    else if (sign !== "\r") cell += sign;
  }
  if (cell || row.length) endRow();
  return rows;
}

// Codes of a CSV file as values by name, or an error in words.
function readCodes(text) {
  const [head, ...rows] = parseCsv(text);
  const place = Object.fromEntries((head || []).map((name, at) => [name.trim(), at]));
  for (const column of ["segment_id", "target", "label", "coder", "note", "sample"]) {
    if (!(column in place)) throw new Error(`There is no column ${column}; expected a CSV file that this page exported.`);
  }
  const units = new Map(data.units.map(unit => [nameOf(unit), unit]));
  const found = new Map();
  rows.forEach((row, at) => {
    const cell = column => (row[place[column]] || "").trim();
    const wrong = what => new Error(`Row ${at + 2}: ${what} Nothing was imported.`);
    if (cell("sample") !== data.sample) throw wrong(`these are codes of another sample (${cell("sample")}, here ${data.sample}).`);
    if (cell("coder") !== data.coder) throw wrong(`these are codes of ${cell("coder")}; this page is for ${data.coder}.`);
    const name = `${cell("segment_id")} ${cell("target")}`;
    const unit = units.get(name);
    if (!unit) throw wrong(`the unit ${name} is not on this page.`);
    const label = cell("label").toLowerCase();
    const known = codes.map(code => code.id);
    if (label && !known.includes(label)) throw wrong(`the code ${label} is not in the codebook (${known.join(", ")}).`);
    const cannotTell = !label && cell("note").startsWith(data.cannotTell);
    const note = cell("note").startsWith(data.cannotTell) ? cell("note").slice(data.cannotTell.length).trim() : cell("note");
    if (label || cannotTell || note) {
      const kept = valueOf(unit);
      const isAnswer = label || cannotTell;
      found.set(name, {
        label: isAnswer ? label : kept.label,
        cannotTell: isAnswer ? cannotTell : kept.cannotTell,
        note: note || kept.note,
      });
    }
  });
  return [...found];
}

async function importCsv(file) {
  try {
    const values = readCodes(await file.text());
    if (!values.length) throw new Error(`${file.name}: no row has a code or a note.`);
    change(values, true);
    say("");
    show(`Imported ${values.length} units.`);
  } catch (error) {
    say(error.message);
  }
}

// Keys and buttons

const commands = {
  ArrowLeft: () => go(state.at - 1),
  ArrowRight: () => go(state.at + 1),
  Backspace: clearUnit,
  Delete: clearUnit,
  "/": () => element.note.focus(),
  "?": () => element.dialog.showModal(),
  u: undo,
  o: firstOpen,
  e: exportCsv,
};

function codeOfKey(key) {
  if (key === "0") return hasUnsure ? () => answer("", true) : null;
  const code = /^[1-9]$/.test(key) ? codes[Number(key) - 1] : codes.find(one => one.key === key);
  return code ? () => answer(code.id, false) : null;
}

document.addEventListener("keydown", event => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || element.dialog.open) return;
  if (event.target.matches("textarea, input")) {
    if (event.key === "Escape") element.unit.focus();
    return;
  }
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (!state.keys && event.key.length === 1) return;
  const command = codeOfKey(key) || commands[key];
  if (!command) return;
  event.preventDefault();
  // A key that is held down codes one unit.
  if (event.repeat && !key.startsWith("Arrow")) return;
  command();
});

element.previous.addEventListener("click", commands.ArrowLeft);
element.next.addEventListener("click", commands.ArrowRight);
element.open.addEventListener("click", firstOpen);
element.clear.addEventListener("click", clearUnit);
element.undo.addEventListener("click", undo);
element.note.addEventListener("input", writeNote);
element.export.addEventListener("click", exportCsv);
element.import.addEventListener("click", () => element.file.click());
element.file.addEventListener("change", async () => {
  if (element.file.files.length) await importCsv(element.file.files[0]);
  element.file.value = "";
});
element.help.addEventListener("click", commands["?"]);
element.close.addEventListener("click", () => element.dialog.close());
element.keys.addEventListener("change", () => {
  state.keys = element.keys.checked;
  save();
});

// The same page in another tab.
addEventListener("storage", event => {
  if (event.key !== storageKey || !event.newValue) return;
  const { at } = state;
  restore();
  state.at = at;
  history.length = 0;
  show(null);
});

addEventListener("beforeunload", event => {
  if (!state.changed) return;
  event.preventDefault();
  event.returnValue = "";
});

element.study.textContent = data.study;
element.coder.textContent = `Coder ${data.coder}, sample ${data.sample}`;
restore();
element.keys.checked = state.keys;
show(null);
