// Search of a folder of files: headlines and names, from an index of one script a year. Needs no server, and sends nothing anywhere.
"use strict";

const MOST_SHOWN = 200;
const asked = new URLSearchParams(location.search);
const form = document.querySelector("form.search");
const results = document.getElementById("results");
const said = results.querySelector(".counted");
const list = results.querySelector("ul");
const rows = [];

// Each index file calls this with its rows: [number, day, sections, headline, kicker, subtitle, people, authors].
window.pananRows = (more) => { for (const row of more) rows.push(row); };

const fold = (text) => text.normalize("NFKC").toLowerCase();
const value = (name) => (asked.get(name) || "").trim();
const words = fold(value("q")).split(/\s+/).filter(Boolean);

for (const name of ["q", "section", "since", "until"]) form.elements[name].value = value(name);

function holds([, day, sections, headline, kicker, subtitle, people, authors]) {
  const text = fold([headline, kicker || "", subtitle || "", ...people, ...authors].join("\n"));
  const since = value("since"), until = value("until"), section = value("section");
  return words.every((word) => text.includes(word)) && (section === "" || sections.includes(section))
    && (since === "" || (day !== null && day >= since)) && (until === "" || (day !== null && day <= until));
}

// Text with its hits marked, as nodes: nothing of an article is ever read as HTML.
function marked(text) {
  const made = document.createDocumentFragment(), folded = fold(text);
  let at = 0;
  while (folded.length === text.length && at < text.length) {
    const next = words.map((word) => [folded.indexOf(word, at), word.length]).filter(([start]) => start >= 0).sort((a, b) => a[0] - b[0])[0];
    if (next === undefined) break;
    const hit = document.createElement("mark");
    hit.textContent = text.slice(next[0], next[0] + next[1]);
    made.append(text.slice(at, next[0]), hit);
    at = next[0] + next[1];
  }
  made.append(text.slice(at));
  return made;
}

function element(name, className, ...content) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...content);
  return made;
}

function shown([number, day, sections, headline, kicker, subtitle, people]) {
  const link = element("a", "", marked(headline));
  link.href = `article/${number.slice(-2)}/${number}.html`;
  const made = element("article", "");
  if (kicker) made.append(element("p", "kicker", marked(kicker)));
  made.append(element("h2", "headline", link));
  if (subtitle) made.append(element("p", "subtitle", marked(subtitle)));
  made.append(element("p", "slug", [day || "undated", ...sections].join(" · "), people.length ? " · " : "", marked(people.join("、"))));
  return element("li", "", made);
}

function load(address) {
  return new Promise((done) => {
    const script = element("script", "");
    script.src = address;
    script.onload = () => done(true);
    script.onerror = () => done(false);
    document.head.append(script);
  });
}

function years() {
  const given = results.dataset.years.split("|").filter(Boolean).map((one) => one.split(" "));
  const since = value("since").slice(0, 4), until = value("until").slice(0, 4);
  return given.filter(([year]) => (since === "" || year >= since) && (until === "" || year <= until)).map(([, address]) => address);
}

async function search() {
  said.textContent = "Searching…";
  const loaded = await Promise.all(years().map(load));
  const found = rows.filter(holds).sort((a, b) => (a[1] || "") < (b[1] || "") ? 1 : -1);
  const missing = loaded.filter((one) => !one).length;
  const cut = found.length > MOST_SHOWN ? `, the first ${MOST_SHOWN} shown` : "";
  said.textContent = `${found.length} articles${cut}${missing ? `; ${missing} files of the index could not be read` : ""}`;
  list.replaceChildren(...found.slice(0, MOST_SHOWN).map(shown));
}

if ([...asked.values()].some((one) => one.trim() !== "")) search();
