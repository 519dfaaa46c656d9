"use strict";
// Shows one page at a time, the sentences behind numbers, and transcripts. Every text is set as a text, never as HTML.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const at = (id) => document.getElementById(id);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const say = (text) => { at("status").textContent = text; };
  const plural = (n, noun) => n + " " + noun + (n === 1 ? "" : "s");
  const labels = { f: "favor", a: "against", n: "neither", "-": "no label" };

  function make(tag, className, text) {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  }

  // What is said of a sentence, by position in the data.
  function about(position) {
    const [text, documentNumber, speaker, page, first, last, theme, tone, stance] = data.sentences[position];
    const [name, path, date] = data.documents[documentNumber];
    const who = speaker === null ? ["unknown speaker", ""] : data.speakers[speaker];
    const lines = first === null ? "" : first === last ? "line " + first : "lines " + first + "-" + last;
    const place = [page === null ? "" : "page " + page, lines].filter(Boolean).join(", ");
    return { text, name, path, date, who, page, first, last, place, theme, tone, stance };
  }

  const where = (one) => [one.who[1] ? one.who[0] + " (" + one.who[1] + ")" : one.who[0], one.name, one.date, one.place].filter(Boolean).join(", ");

  function measured(one) {
    const parts = [];
    if (one.theme !== null) parts.push("theme " + data.themes[one.theme]);
    if (one.tone !== null) parts.push("tone " + (one.tone / 100).toFixed(2));
    [...one.stance].forEach((label, target) => { if (label !== "-") parts.push(data.targets[target][0] + ": " + labels[label]); });
    return parts.join("; ");
  }

  // Pages.
  const sections = all("main > section");
  const tabs = all("nav a");
  function show() {
    const wanted = location.hash.slice(1).split("/")[0];
    const target = wanted && at(wanted);
    const current = (target && target.closest("section")) || sections[0];
    sections.forEach((section) => section.classList.toggle("current", section === current));
    tabs.forEach((tab) => {
      if (tab.hash === "#" + current.id) tab.setAttribute("aria-current", "page");
      else tab.removeAttribute("aria-current");
    });
    const tab = tabs.find((one) => one.hash === "#" + current.id);
    if (tab) tab.scrollIntoView({ block: "nearest", inline: "nearest" });
    if (current.id === "transcripts") openFromHash();
    else if (target && target !== current) target.scrollIntoView();
    else window.scrollTo(0, 0);
  }
  tabs.forEach((tab) => tab.addEventListener("click", () => { const page = at(tab.hash.slice(1)); setTimeout(() => page.focus({ preventScroll: true })); }));

  // Copying.
  async function copy(text, what) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // Browsers that give no clipboard to files.
      const area = make("textarea", "unseen", text);
      (at("dialog").open ? at("dialog") : document.body).append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    say("Copied " + what + ".");
  }
  const cellText = (cell) => (cell.dataset.v !== undefined ? cell.dataset.v : cell.textContent).replace(/[\t\n]+/g, " ");
  const separated = (rows) => rows.map((row) => row.join("\t")).join("\n") + "\n";
  all("button.copy").forEach((button) => button.addEventListener("click", () => {
    const rows = all("tr", button.closest("figure").querySelector("table"));
    copy(separated(rows.map((row) => [...row.cells].map(cellText))), plural(rows.length - 1, "row"));
    confirmOn(button);
  }));
  all("button.copy-text").forEach((button) => button.addEventListener("click", () => {
    copy(at(button.dataset.of).textContent, "the text");
    confirmOn(button);
  }));
  function confirmOn(button) {
    const text = button.dataset.text || button.textContent;
    button.dataset.text = text;
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = text; }, 1500);
  }

  // Sorting by a column.
  all("table").forEach((table) => {
    const heads = all("thead th", table);
    if (table.tBodies[0].rows.length < 3) return;
    heads.forEach((head, column) => {
      const button = make("button", "", head.textContent);
      button.type = "button";
      head.textContent = "";
      head.append(button);
      button.addEventListener("click", () => {
        const numeric = head.classList.contains("number");
        const down = head.getAttribute("aria-sort") === "descending" || (!head.hasAttribute("aria-sort") && !numeric);
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", down ? "ascending" : "descending");
        const value = (row) => cellText(row.cells[column]);
        const compare = (a, b) => {
          const [x, y] = [value(a), value(b)];
          if (x === "" || y === "") return x === y ? 0 : x === "" ? 1 : -1;
          const order = numeric ? Number(x) - Number(y) : x.localeCompare(y);
          return down ? order : -order;
        };
        table.tBodies[0].append(...[...table.tBodies[0].rows].sort(compare));
        say("Sorted by " + button.textContent);
      });
    });
  });

  // The sentences behind a number.
  const turnOf = new Map();
  data.transcripts.forEach(([, , turns], transcript) => turns.forEach(([, first, n], turn) => {
    for (let position = first; position < first + n; position += 1) turnOf.set(position, [transcript, turn]);
  }));
  function addLink(place, position) {
    if (!turnOf.has(position)) return;
    const button = make("button", "", "Read in the transcript");
    button.type = "button";
    button.addEventListener("click", () => {
      at("dialog").close();
      location.hash = "transcripts/" + position;
    });
    place.append(button);
  }
  all("[data-s]").forEach((item) => addLink(item.querySelector(".where"), Number(item.dataset.s)));
  let open = null;
  // `counted` is what the number counts, if it is not the segments of the set.
  function openSet(number, counted) {
    const [title, n, positions] = data.sets[number];
    open = positions;
    at("dialog-title").textContent = title;
    const segments = (counted ? counted + " in " : "") + plural(n, "segment");
    at("dialog-note").textContent = positions.length === n
      ? segments + "."
      : segments + ", of which " + positions.length + " are shown: those with the smallest sha256 of their ids, or the most certain or typical ones. The tables hold all, and plenary find searches them.";
    at("dialog-list").replaceChildren(...positions.map((position) => {
      const one = about(position);
      const item = make("li");
      const quote = make("blockquote", "", one.text);
      quote.dir = "auto";
      const place = make("p", "where", where(one));
      place.dir = "auto";
      const more = measured(one);
      item.append(quote, place);
      if (more) item.append(make("p", "where", more));
      addLink(place, position);
      return item;
    }));
    at("dialog").showModal();
    at("dialog").scrollTop = 0;
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-set]");
    if (button) openSet(Number(button.dataset.set), button.dataset.counted);
  });
  at("close").addEventListener("click", () => at("dialog").close());
  at("copy-sentences").addEventListener("click", () => {
    const head = ["speaker", "document", "file", "date", "page", "line", "text"];
    const rows = open.map((position) => {
      const one = about(position);
      return [one.who[0], one.name, one.path, one.date, one.page, one.first, one.text].map((cell) => String(cell === null ? "" : cell).replace(/[\t\n]+/g, " "));
    });
    copy(separated([head, ...rows]), plural(rows.length, "sentence"));
    confirmOn(at("copy-sentences"));
  });

  // Transcripts.
  const PIECE = 300;
  let limit = PIECE;
  let wanted = null;
  function options(select, first, pairs) {
    select.replaceChildren(...[["", first], ...pairs].filter(([, text]) => text !== null).map(([value, text]) => {
      const option = make("option", "", text);
      option.value = value;
      return option;
    }));
  }
  const chosen = () => data.transcripts[Number(at("document").value)];
  function fillFilters() {
    const [, , turns] = chosen();
    const speakers = [...new Set(turns.map(([speaker]) => speaker))].filter((speaker) => speaker !== null);
    speakers.sort((a, b) => data.speakers[a][0].localeCompare(data.speakers[b][0]));
    options(at("speaker"), "all", speakers.map((speaker) => [speaker, data.speakers[speaker][0]]));
    const themes = new Set();
    turns.forEach(([, first, n]) => { for (let p = first; p < first + n; p += 1) if (data.sentences[p][6] !== null) themes.add(data.sentences[p][6]); });
    options(at("theme"), "all", [...themes].sort((a, b) => a - b).map((theme) => [theme, data.themes[theme]]));
  }
  // The class that marks a sentence.
  function markOf(sentence) {
    const mark = at("mark").value;
    if (mark === "tone") return sentence[7] === null ? "" : sentence[7] >= 34 ? "m-f" : sentence[7] <= -34 ? "m-a" : "";
    if (mark !== "") { const label = sentence[8][Number(mark)]; return label === "-" ? "" : "m-" + label; }
    return at("theme").value !== "" && sentence[6] === Number(at("theme").value) ? "m-t" : "";
  }
  function withQuery(element, text, query) {
    const low = text.toLowerCase();
    // Letters whose small form is longer would move the marks.
    if (!query || low.length !== text.length) { element.textContent = text; return; }
    let done = 0;
    for (let found = low.indexOf(query); found >= 0; found = low.indexOf(query, done)) {
      element.append(text.slice(done, found), make("mark", "", text.slice(found, found + query.length)));
      done = found + query.length;
    }
    element.append(text.slice(done));
  }
  function draw() {
    const [, complete, turns] = chosen();
    const query = at("query").value.trim().toLowerCase();
    const [speaker, theme] = [at("speaker").value, at("theme").value];
    const sentencesOf = ([, first, n]) => data.sentences.slice(first, first + n);
    const fits = (turn) =>
      (speaker === "" || turn[0] === Number(speaker)) &&
      (!at("doubtful").checked || turn.length > 3) &&
      (theme === "" || sentencesOf(turn).some((sentence) => sentence[6] === Number(theme))) &&
      (query === "" || sentencesOf(turn).some((sentence) => sentence[0].toLowerCase().includes(query)));
    const fitting = turns.filter(fits);
    if (wanted !== null) {
      const place = fitting.findIndex(([, first, n]) => first <= wanted && wanted < first + n);
      while (place >= limit) limit += PIECE;
    }
    at("turns").replaceChildren(...fitting.slice(0, limit).map((turn) => {
      const [who, first, n, confidence, evidence] = turn;
      const one = about(first);
      const row = make("div", turn.length > 3 ? "turn doubtful" : "turn");
      const margin = make("div", "who", who === null ? "unknown speaker" : data.speakers[who][0]);
      margin.dir = "auto";
      if (who !== null && data.speakers[who][1]) margin.append(make("span", "", data.speakers[who][1]));
      if (one.place) margin.append(make("span", "", one.place));
      if (turn.length > 3) margin.append(make("span", "why", "check: " + confidence + " % sure; " + evidence));
      const said = make("div", "said");
      said.dir = "auto";
      for (let position = first; position < first + n; position += 1) {
        const span = make("span", markOf(data.sentences[position]) + (position === wanted ? " found" : ""));
        withQuery(span, data.sentences[position][0], query);
        const title = measured(about(position));
        if (title) span.title = title;
        if (position === wanted) span.id = "found";
        said.append(span, " ");
      }
      row.append(margin, said);
      return row;
    }));
    at("more").hidden = fitting.length <= limit;
    at("shown").textContent = (fitting.length === turns.length ? plural(turns.length, "turn") : fitting.length + " of " + plural(turns.length, "turn")) +
      (complete ? "" : ", the beginning of the document") + ".";
    const mark = at("mark").value;
    const legend = mark === "" ? [] : mark === "tone" ? [["m-f", "positive"], ["m-a", "negative"]] : [["m-f", "favor"], ["m-a", "against"], ["m-n", "neither"]];
    at("legend").replaceChildren(...legend.map(([className, text]) => make("span", className, "\u00a0" + text + "\u00a0")));
    at("legend").hidden = legend.length === 0;
  }
  let drawn = false;
  function openFromHash() {
    if (data.transcripts.length === 0) return;
    const position = Number(location.hash.split("/")[1]);
    const turn = location.hash.includes("/") ? turnOf.get(position) : undefined;
    wanted = turn ? position : null;
    if (turn) {
      at("document").value = String(turn[0]);
      ["speaker", "theme", "query"].forEach((id) => { at(id).value = ""; });
      at("doubtful").checked = false;
      limit = PIECE;
      fillFilters();
    }
    if (turn || !drawn) draw();
    drawn = true;
    const found = at("found");
    if (found) found.scrollIntoView({ block: "center" });
  }
  if (data.transcripts.length > 0) {
    at("filters").hidden = false;
    options(at("document"), null, data.transcripts.map(([number], transcript) => {
      const [name, , date] = data.documents[number];
      return [transcript, date ? date + " " + name : name];
    }));
    options(at("mark"), "nothing", [["tone", data.tone ? "tone" : null], ...data.targets.map(([id], target) => [target, id])]);
    fillFilters();
    at("filters").addEventListener("submit", (event) => event.preventDefault());
    at("document").addEventListener("change", () => { limit = PIECE; wanted = null; fillFilters(); draw(); });
    ["speaker", "theme", "mark", "doubtful"].forEach((id) => at(id).addEventListener("change", () => { limit = PIECE; draw(); }));
    at("query").addEventListener("input", () => { limit = PIECE; draw(); });
    at("more").addEventListener("click", () => { limit += PIECE; draw(); });
    // Transcripts are printed only if their page was opened.
  }

  document.documentElement.classList.add("js");
  window.addEventListener("hashchange", show);
  show();
})();
