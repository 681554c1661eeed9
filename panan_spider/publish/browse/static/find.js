// Search of a folder of files: the language of questions over an index of scripts. Needs no server, and sends nothing anywhere.
"use strict";

const ROWS = 30, OF_A_FACET = 8;
const results = document.getElementById("results");
const words = JSON.parse(results.dataset.words);
const asked = new URLSearchParams(location.search);
const form = document.querySelector("form.search");
const loaded = new Map();
const terms = new Map(), rows = new Map();
let archive = null, ids = null;

// Each file of the index calls one of these.
window.pananArchive = (given) => { archive = given; };
window.pananIds = (given) => { ids = new Map(given.map((id, number) => [id, number])); };
window.pananArticles = (first, given) => given.forEach((row, at) => rows.set(first + at, row));
window.pananTerms = (given) => { for (const [token, postings] of Object.entries(given)) terms.set(token, postings); };

const said = (key, values) => words[key].replace(/\{(\w+)\}/g, (_all, name) => values[name]);
const value = (name) => (asked.get(name) || "").trim();

function load(address) {
  if (!loaded.has(address)) {
    loaded.set(address, new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = address;
      script.onload = () => done();
      script.onerror = () => failed(new Error(said("unreadable", { file: address })));
      document.head.append(script);
    }));
  }
  return loaded.get(address);
}

function* varints(text) {
  const bytes = atob(text);
  let number = 0, shift = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes.charCodeAt(at);
    number += (byte & 127) * 2 ** shift;
    shift += 7;
    if (byte < 128) { yield number; number = 0; shift = 0; }
  }
}

// Article → positions of a token in it, in order.
function postingsOf(token) {
  const found = new Map(), numbers = varints(terms.get(token) || "");
  let article = -1;
  for (let next = numbers.next(); !next.done; next = numbers.next()) {
    article += next.value;
    const positions = [];
    let position = 0;
    for (let left = numbers.next().value; left > 0; left -= 1) positions.push(position += numbers.next().value);
    found.set(article, positions);
  }
  return found;
}

const empty = () => new Uint8Array(archive.articles);

function listOf(postings) {
  const found = [];
  let article = -1;
  for (const distance of varints(postings)) found.push(article += distance);
  return found;
}

// The tokens of a phrase; the last one may be the beginning of a token.
function tokensOf(phrase) {
  const tokens = [];
  phrase.forEach((run, at) => {
    const characters = [...run];
    if (!Question.isHan.test(run)) { tokens.push(run); return; }
    for (let place = 0; place + 1 < characters.length; place += 1) tokens.push(characters[place] + characters[place + 1]);
    if (at + 1 < phrase.length || characters.length === 1) tokens.push(characters[characters.length - 1]);
  });
  const last = phrase[phrase.length - 1];
  return { tokens, isPrefix: Question.isHan.test(last) && [...last].length === 1 };
}

async function loadTerms(tokens) {
  const there = new Set(archive.characters), firsts = new Set(tokens.map((token) => String.fromCodePoint(token.codePointAt(0))));
  await Promise.all([...firsts].filter((first) => there.has(first)).map((first) => load(`index/terms/${first.codePointAt(0).toString(16)}.js`)));
}

function merged(prefix) {
  const found = new Map();
  for (const token of terms.keys()) {
    if (!token.startsWith(prefix)) continue;
    for (const [article, positions] of postingsOf(token)) found.set(article, [...(found.get(article) || []), ...positions]);
  }
  return found;
}

async function withPhrase(phrase, column) {
  const { tokens, isPrefix } = tokensOf(phrase), found = empty();
  await loadTerms(tokens);
  const postings = tokens.map((token, at) => (isPrefix && at === tokens.length - 1 ? merged(token) : postingsOf(token)));
  for (const [article, positions] of postings[0]) {
    const starts = column === null ? positions : positions.filter((position) => position % 8 === column);
    const others = postings.slice(1).map((one) => new Set(one.get(article) || []));
    if (starts.some((start) => others.every((one, at) => one.has(start + 8 * (at + 1))))) found[article] = 1;
  }
  return found;
}

const simplified = (run) => [...run].map((sign) => { const at = [...archive.traditional].indexOf(sign); return at < 0 ? sign : [...archive.simplified][at]; }).join("");

function combined(all, join) {
  const found = all[0].slice();
  for (const other of all.slice(1)) for (let at = 0; at < found.length; at += 1) found[at] = join(found[at], other[at]);
  return found;
}
const both = (all) => combined(all, (one, other) => one & other);
const either = (all) => combined(all, (one, other) => one | other);

async function withText(node) {
  const column = node.field === null ? null : archive.columns[node.field];
  return both(await Promise.all(node.phrases.map(async (phrase) => {
    const other = phrase.map(simplified);
    const variants = other.join("\0") === phrase.join("\0") ? [phrase] : [phrase, other];
    return either(await Promise.all(variants.map((one) => withPhrase(one, column))));
  })));
}

function between(first, last) {
  const found = empty();
  let number = 0;
  for (const [day, count] of archive.days) {
    if (day !== "" && (first === "" || day >= first) && (last === "" || day <= last)) found.fill(1, number, number + count);
    number += count;
  }
  return found;
}

function withValue(field, asked_) {
  const values = archive.facets[field], found = empty(), exact = values.some(([name]) => name === asked_);
  const isMeant = !exact && asked_.endsWith("*") ? (name) => name.startsWith(asked_.slice(0, -1)) : (name) => name === asked_;
  for (const [name, , postings] of values) if (isMeant(name)) for (const article of listOf(postings)) found[article] = 1;
  return found;
}

async function numbered(node) {
  await load("index/ids.js");
  const found = empty();
  if (node.kind === "number" && !ids.has(node.number)) return withText({ field: null, phrases: Question.phrases(node.number, false) });
  let id = node.number;
  if (node.kind === "address") {
    const parts = /^https?:\/\/([^/:?#]+)(?::\d+)?(\/[^?#]*)?/i.exec(node.url);
    const path = parts && archive.hosts.includes(parts[1].toLowerCase()) ? parts[2] || "" : "";
    const article = /\/system\/\d{4}\/\d{2}\/\d{2}\/(\d{9})(?:_\d{1,3})?\.s?html?$/i.exec(path) || /\/\d{6}\/t\d{8}_(\d{5,10})(?:_\d{1,3})?\.s?html?$/i.exec(path);
    id = article ? article[1] : null;
  }
  if (ids.has(id)) found[ids.get(id)] = 1;
  return found;
}

async function select(node) {
  if (node.kind === "text") return withText(node);
  if (node.kind === "match") {
    const found = withValue(node.field, node.value);
    return found.includes(1) ? found : withValue(node.field, simplified(node.value));
  }
  if (node.kind === "days") return between(node.first, node.last);
  if (node.kind === "not") return (await select(node.node)).map((one) => 1 - one);
  if (node.kind === "any" || node.kind === "all") return (node.kind === "any" ? either : both)(await Promise.all(node.nodes.map(select)));
  return numbered(node);
}

// The clauses of the form: its words, and each other field that is filled in.
function clauses() {
  const found = Question.parse(archive, value("q"));
  if (value("since") || value("until")) found.push(Question.days(value("since"), value("until")));
  for (const name of ["section", "author", "person", "state"]) if (value(name)) found.push(Question.inField(archive, name, value(name), true));
  return found;
}

// Text with its hits marked, as nodes: nothing of an article is ever read as HTML.
function marked(text, patterns) {
  const made = document.createDocumentFragment(), folded = Question.fold(text).toLowerCase();
  let at = 0;
  while (folded.length === text.length && at < text.length) {
    const next = patterns.map((word) => [folded.indexOf(word, at), word.length]).filter(([start]) => start >= 0).sort((a, b) => a[0] - b[0])[0];
    if (next === undefined) break;
    made.append(text.slice(at, next[0]), element("mark", "", text.slice(next[0], next[0] + next[1])));
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

function link(address, ...content) {
  const made = element("a", "", ...content);
  made.href = address;
  return made;
}

function shown([id, day, section, kicker, title, subtitle, summary, gone, revision], patterns) {
  const made = element("article", "");
  made.lang = "zh-CN";
  if (kicker) made.append(element("p", "kicker", marked(kicker, patterns)));
  made.append(element("h2", "headline", link(`article/${id.slice(-2)}/${id}.html`, marked(title, patterns))));
  if (subtitle) made.append(element("p", "subtitle", marked(subtitle, patterns)));
  if (summary) made.append(element("p", "summary", marked(summary, patterns)));
  const slug = element("p", "slug", [day || words.undated, section || words["no section"]].join(" · "));
  slug.lang = document.documentElement.lang;
  if (gone) slug.append(" ", element("span", "badge bad", words.removed));
  if (revision > 1) slug.append(" ", element("span", "badge", said("versions", { count: revision - 1 })));
  made.append(slug);
  return element("li", "", made);
}

function again(changes) {
  const query = new URLSearchParams(asked);
  for (const [name, given] of Object.entries(changes)) if (given) query.set(name, given); else query.delete(name);
  return `?${query}`;
}

function facetLists(hits) {
  return Object.entries(archive.facets).flatMap(([facet, values]) => {
    const counts = values.map(([name, label, postings]) => [name, label, listOf(postings).reduce((sum, article) => sum + hits[article], 0)]);
    const best = counts.filter(([, , count]) => count > 0).sort((a, b) => b[2] - a[2] || (a[0] < b[0] ? -1 : 1)).slice(0, OF_A_FACET);
    if (best.length === 0) return [];
    const items = best.map(([name, label, count]) => element("li", "",
      link(again({ q: `${value("q")} ${Question.clauseOf(archive, facet, name)}`.trim(), page: "" }), label), " ", element("span", "count", count.toLocaleString("en"))));
    const details = element("details", "facet", element("summary", "", archive.labels[facet]), element("ul", "", ...items));
    details.open = !matchMedia("(max-width: 46rem)").matches;
    return [details];
  });
}

function pager(page, pages) {
  const list = element("ul", "");
  if (page > 1) list.append(element("li", "", link(again({ page: String(page - 1) }), words.newer)));
  if (pages > 1) list.append(element("li", "", element("span", "", `${page} / ${pages}`)));
  if (page < pages) list.append(element("li", "", link(again({ page: String(page + 1) }), words.older)));
  return list;
}

function patternsOf(nodes) {
  return nodes.flatMap((node) => (node.kind === "text" ? node.phrases.flatMap((phrase) => [phrase.join(""), phrase.map(simplified).join("")])
    : node.nodes ? patternsOf(node.nodes) : [])).filter(Boolean);
}

async function search() {
  const status = results.querySelector(".counted"), fault = document.getElementById("fault");
  status.textContent = words.searching;
  try {
    await load("index/archive.js");
    const nodes = clauses();
    const hits = nodes.length === 0 ? empty().fill(1) : both(await Promise.all(nodes.map(select)));
    const numbers = [];
    for (let number = hits.length - 1; number >= 0; number -= 1) if (hits[number]) numbers.push(number);
    const pages = Math.max(1, Math.ceil(numbers.length / ROWS)), page = Math.min(pages, Math.max(1, Number(value("page")) || 1));
    const here = numbers.slice((page - 1) * ROWS, page * ROWS);
    await Promise.all([...new Set(here.map((number) => firstOf(number)))].map((first) => load(`index/articles/${first}.js`)));
    const patterns = patternsOf(nodes);
    results.querySelector(".listing").replaceChildren(...here.map((number) => shown(rows.get(number), patterns)));
    results.querySelector(".pager").replaceChildren(pager(page, pages));
    results.querySelector(".facets").replaceChildren(...facetLists(hits));
    results.dataset.total = String(numbers.length);
    status.textContent = said(numbers.length === 1 ? "one articles" : "many articles", { count: numbers.length.toLocaleString("en") });
  } catch (error) {
    fault.textContent = error instanceof InvalidQuery ? said(error.message, error.values) : error.message;
    fault.hidden = false;
    status.textContent = "";
  }
}

// Rows are written in batches of 500 articles, each in files of 200.
function firstOf(number) {
  const batch = Math.floor(number / 500) * 500;
  return batch + Math.floor((number - batch) / archive.rows) * archive.rows;
}

for (const name of ["q", "section", "since", "until"]) form.elements[name].value = value(name);
if ([...asked.values()].some((one) => one.trim() !== "")) search();
