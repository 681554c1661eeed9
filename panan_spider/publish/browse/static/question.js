// The language of questions, for a folder of files: reads a question as question_parser.py does, into the same clauses.
"use strict";

class InvalidQuery extends Error {
  constructor(key, values) { super(key); this.values = values || {}; }
}

const Question = (() => {
  const QUOTES = { "\"": "\"", "“": "”", "「": "」" };
  const OR = "|｜", NOT = "-－", OPEN = "(（", CLOSE = ")）", DEEPEST = 4, MOST_CLAUSES = 40, LONGEST = 200, LONGEST_QUESTION = 4000;
  const HAN = "\\u3007\\u3400-\\u9fff\\uf900-\\ufaff\\u{20000}-\\u{3ffff}";
  const RUN = new RegExp(`[${HAN}]+|(?:(?![${HAN}])[\\p{L}\\p{N}])+`, "gu");
  const WORD = /[\p{L}\p{N}]+/gu;
  const isHan = new RegExp(`^[${HAN}]`, "u");

  const fold = (text) => text.replace(/[\uff01-\uff5e]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0));
  const runs = (text) => fold(text).toLowerCase().match(RUN) || [];

  // The runs of characters to look for, each as it stands: a phrase is one, other words are one for each word.
  function phrases(words, isPhrase) {
    if (isPhrase) return runs(words).length > 0 ? [runs(words)] : [];
    const parts = words.split(/[\s"]+/).flatMap((part) => fold(part).match(WORD) || []);
    const found = parts.map(runs).filter((one) => one.length > 0);
    return found.filter((one, at) => found.findIndex((other) => other.join("\0") === one.join("\0")) === at);
  }

  const daysIn = (year, month) => new Date(Date.UTC(year, month, 0)).getUTCDate();
  const padded = (number) => String(number).padStart(2, "0");

  function dayRange(given) {
    const found = /^(\d{4})(?:[-/](\d{1,2}))?(?:[-/](\d{1,2}))?$/.exec(given) || /^(\d{4})(\d\d)(\d\d)$/.exec(given);
    if (found === null) return null;
    const [year, month, day] = found.slice(1).map((part) => (part === undefined ? null : Number(part)));
    if (year < 1) return null;
    if (month === null) return [`${found[1]}-01-01`, `${found[1]}-12-31`];
    if (month < 1 || month > 12) return null;
    if (day === null) return [`${found[1]}-${padded(month)}-01`, `${found[1]}-${padded(month)}-${daysIn(year, month)}`];
    if (day < 1 || day > daysIn(year, month)) return null;
    const exact = `${found[1]}-${padded(month)}-${padded(day)}`;
    return [exact, exact];
  }

  function days(first, last) {
    const ends = [first, last].map((given, at) => {
      const found = given === "" ? ["", ""] : dayRange(given);
      if (found === null) throw new InvalidQuery("date", { given });
      return found[at];
    });
    if (ends[0] && ends[1] && ends[0] > ends[1]) throw new InvalidQuery("later", { first, last });
    return { kind: "days", first: ends[0], last: ends[1] };
  }

  function textOf(words, field, isPhrase) {
    words = words.split(/\s+/).filter(Boolean).join(" ");
    if (!isPhrase) words = words.replace(/[(（]/g, "，").replace(/[)）]/g, "");
    const found = phrases(words, isPhrase);
    if (found.length === 0) throw new InvalidQuery("no word", { given: words || '""' });
    return { kind: "text", words, field, isPhrase, phrases: found };
  }

  const LIKE_A_RANGE = /^\d{4}(?:[-/]\d{1,2}){0,2}(?:\.{3,}|[-~—–―…至到])+\d{4}(?:[-/]\d{1,2}){0,2}$/;

  function withoutSigns(word) {
    const found = /^[+!~^&=<>]+|&&|\*|(?<=[\p{L}\p{N}_])[~^]/u.exec(word);
    if (found) throw new InvalidQuery("sign", { sign: found[0], given: word });
    return word;
  }

  function plain(word) {
    let found;
    const folded = fold(word);
    if ((found = /^([\d/-]{0,20})\.\.([\d/-]{0,20})$/.exec(folded))) {
      if (!found[1] && !found[2]) throw new InvalidQuery("between dates", { sign: ".." });
      return days(found[1], found[2]);
    }
    const isDay = /^\d{4}[-/]\d{1,2}(?:[-/]\d{1,2})?$/.test(folded) || (/^(?:19|20)\d{6}$/.test(folded) && dayRange(folded) !== null);
    if (isDay) return days(folded, folded);
    if (LIKE_A_RANGE.test(folded)) throw new InvalidQuery("between dates", { sign: ".." });
    if (/^\d{7,12}$/.test(folded)) return { kind: "number", number: folded };
    if (/^https?:\/\/\S+$/i.test(word)) return { kind: "address", url: word };
    if (/^(?:[a-z0-9-]+\.)+[a-z]{2,}\/\S*$/i.test(word)) return { kind: "address", url: `http://${word}` };
    return textOf(withoutSigns(word), null, false);
  }

  function inField(archive, name, value, isPhrase) {
    const field = archive.fields[name.toLowerCase()] || archive.fields[fold(name).toLowerCase()];
    if (field === undefined) throw new InvalidQuery("no field", { name });
    value = (value || "").trim();
    if (value === "") throw new InvalidQuery("no value", { name: `${name}:` });
    if (!isPhrase && NOT.includes(value[0]) && value !== "-") throw new InvalidQuery("before word", { sign: "-" });
    if (field in archive.columns) return textOf(isPhrase ? value : withoutSigns(value), field, isPhrase);
    if (["day", "since", "until"].includes(field)) {
      value = fold(value);
      const range = /^([\d/-]{0,20})\.\.([\d/-]{0,20})$/.exec(value);
      return range ? days(range[1], range[2]) : days(field === "until" ? "" : value, field === "since" ? "" : value);
    }
    if (field === "number") {
      if (!/^\d{1,20}$/.test(fold(value))) throw new InvalidQuery("no number", { given: value });
      return { kind: "number", number: fold(value) };
    }
    if (field === "state") {
      const state = archive.states[value.toLowerCase()];
      if (state === undefined) throw new InvalidQuery("no state", { given: value });
      return { kind: "match", field, value: state };
    }
    return { kind: "match", field, value };
  }

  function short(word) {
    if ([...word].length > LONGEST) throw new InvalidQuery("long", { count: LONGEST });
    return word;
  }

  const FIELD = /^((?:(?![\d_])[\p{L}\p{N}]){1,20})[:：](.*)$/su;

  class Parser {
    constructor(archive, text) { this.archive = archive; this.text = text; this.at = 0; this.depth = 0; this.count = 0; this.field = ""; }

    peek() {
      while (/^\s$/u.test(this.text[this.at] || "")) this.at += 1;
      return this.text[this.at] || "";
    }

    isWord(word) {
      const end = this.at + word.length;
      if (this.text.slice(this.at, end) !== word || (this.text[end] || "").trim() !== "") return false;
      this.at = end;
      return true;
    }

    nodes() {
      const found = [];
      for (let sign = this.peek(); sign !== ""; sign = this.peek()) {
        if (CLOSE.includes(sign)) {
          if (this.depth === 0) throw new InvalidQuery("unopened", { sign });
          break;
        }
        if (this.isWord("AND")) {
          if (found.length === 0 || (OR + CLOSE).includes(this.peek())) throw new InvalidQuery("between words", { sign: "AND" });
          continue;
        }
        found.push(this.anyOf());
      }
      return found;
    }

    anyOf() {
      const found = [this.clause()];
      for (;;) {
        const sign = this.peek();
        if (sign !== "" && OR.includes(sign)) this.at += 1;
        else if (sign === "" || !this.isWord("OR")) break;
        this.peek();
        found.push(this.clause());
      }
      return found.length === 1 ? found[0] : { kind: "any", nodes: found };
    }

    clause() {
      const sign = this.peek();
      this.count += 1;
      if (this.count > MOST_CLAUSES) throw new InvalidQuery("many", { count: MOST_CLAUSES });
      if (sign === "" || (OR + CLOSE).includes(sign)) throw new InvalidQuery("between words", { sign: "|" });
      if (this.isWord("OR")) throw new InvalidQuery("between words", { sign: "OR" });
      if (NOT.includes(sign)) {
        this.at += 1;
        const next = this.text[this.at] || "";
        if (next.trim() === "" || NOT.includes(next)) throw new InvalidQuery("before word", { sign: "-" });
        return { kind: "not", node: this.clause() };
      }
      if (this.isWord("NOT")) {
        if ((OR + CLOSE).includes(this.peek())) throw new InvalidQuery("before word", { sign: "NOT" });
        return { kind: "not", node: this.clause() };
      }
      return OPEN.includes(sign) ? this.group(this.field) : this.atom();
    }

    // A group, whose words are values of `field` where they name none themselves.
    group(field) {
      const outer = this.field;
      this.field = field;
      this.at += 1;
      this.depth += 1;
      if (this.depth > DEEPEST) throw new InvalidQuery("deep", { count: DEEPEST });
      const found = this.nodes();
      if (this.peek() === "" || !CLOSE.includes(this.peek())) throw new InvalidQuery("unclosed", { sign: "(" });
      this.at += 1;
      this.depth -= 1;
      this.field = outer;
      if (found.length === 0) throw new InvalidQuery("no word", { given: "()" });
      return found.length === 1 ? found[0] : { kind: "all", nodes: found };
    }

    atom() {
      const quoted = this.quote();
      if (quoted !== null) return this.field ? inField(this.archive, this.field, quoted, true) : textOf(quoted, null, true);
      const word = this.bareWord(), found = FIELD.exec(word);
      if (found && !/^https?:\/\/\S+/i.test(word)) {
        if (found[2] === "" && this.at < this.text.length && OPEN.includes(this.text[this.at])) return this.group(found[1]);
        return inField(this.archive, found[1], found[2] || this.quote(), found[2] === "");
      }
      return this.field ? inField(this.archive, this.field, word, false) : plain(word);
    }

    // The characters up to a sign that ends a word; brackets that open and close within it belong to it.
    bareWord() {
      const start = this.at;
      for (let opened = 0; this.at < this.text.length; this.at += 1) {
        const sign = this.text[this.at], before = this.text.slice(start, this.at);
        if (/^\s$/u.test(sign) || OR.includes(sign) || sign in QUOTES || (CLOSE.includes(sign) && this.depth > 0 && opened === 0)) break;
        if (OPEN.includes(sign) && FIELD.test(before) && /[:：]$/.test(before)) break;
        opened = Math.max(0, opened + OPEN.includes(sign) - CLOSE.includes(sign));
      }
      return short(this.text.slice(start, this.at));
    }

    quote() {
      const close = QUOTES[this.text[this.at] || ""];
      if (close === undefined) return null;
      const start = this.at + 1;
      let end = this.text.indexOf(close, start);
      while (close === "\"" && end >= 0 && this.text[end + 1] === "\"") end = this.text.indexOf(close, end + 2);
      if (end < 0 && /[\s|｜]/u.test(this.text.slice(start))) throw new InvalidQuery("unclosed", { sign: this.text[start - 1] });
      this.at = end < 0 ? this.text.length : end + 1;
      const found = this.text.slice(start, end < 0 ? undefined : end);
      return short(close === "\"" ? found.replaceAll("\"\"", "\"") : found);
    }
  }

  function parse(archive, text) {
    if (text.length > LONGEST_QUESTION) throw new InvalidQuery("long", { count: LONGEST_QUESTION });
    return new Parser(archive, text.replace(/[\u00ad\u200b-\u200f\u2060\ufeff]/g, "")).nodes();
  }

  const quotedIfNeeded = (value) => (/^[^\s|｜()（）"“”「」:：*~^+!&=<>－-][^\s|｜()（）"“”「」:：*~^]*$/u.test(value)
    && !/^\d{7,12}$/.test(value) && !value.includes("..") ? value : `"${value.replaceAll("\"", "\"\"")}"`);

  // A facet's value as a clause to add to a question.
  const clauseOf = (archive, field, value) => {
    const shown = field === "state" ? archive.stateNames[value] : value;
    return `${archive.names[field]}:${shown === "-" ? shown : quotedIfNeeded(shown)}`;
  };

  return { parse, phrases, fold, isHan, inField, days, clauseOf };
})();
