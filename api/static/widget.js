/* <evidence-search>: the search of an evidence library, in any page. See docs/embedding.md.
 *
 * The page it stands in is not trusted to have left the language as it was. What is needed of the
 * browser is taken once, here; arrays are gone through by index, options have no prototype, and no
 * text ever becomes HTML. No cookie, no storage, one request a question.
 */
(() => {
  "use strict";
  if (customElements.get("evidence-search")) return;

  const bound = Function.prototype.bind.bind(Function.prototype.call);
  const setter = (type, name) => bound(Object.getOwnPropertyDescriptor(type.prototype, name).set);
  const getter = (type, name) => bound(Object.getOwnPropertyDescriptor(type.prototype, name).get);
  const create = document.createElement.bind(document);
  const textNode = document.createTextNode.bind(document);
  const append = bound(Node.prototype.appendChild);
  const remove = bound(Node.prototype.removeChild);
  const lastOf = getter(Node, "lastChild");
  const getText = getter(Node, "textContent");
  const setText = setter(Node, "textContent");
  const setAttribute = bound(Element.prototype.setAttribute);
  const getAttribute = bound(Element.prototype.getAttribute);
  const attachShadow = bound(Element.prototype.attachShadow);
  const byTag = bound(Element.prototype.getElementsByTagName);
  const scrollTo = bound(Element.prototype.scrollIntoView);
  const getValue = getter(HTMLInputElement, "value");
  const setValue = setter(HTMLInputElement, "value");
  const setHidden = setter(HTMLElement, "hidden");
  const listen = bound(EventTarget.prototype.addEventListener);
  const dispatch = bound(EventTarget.prototype.dispatchEvent);
  const prevent = bound(Event.prototype.preventDefault);
  const headerOf = bound(Headers.prototype.get);
  const headersOf = getter(Response, "headers");
  const jsonOf = bound(Response.prototype.json);
  const abort = bound(AbortController.prototype.abort);
  const signalOf = getter(AbortController, "signal");
  const lower = bound(String.prototype.toLowerCase);
  const indexIn = bound(String.prototype.indexOf);
  const slice = bound(String.prototype.slice);
  const split = bound(String.prototype.split);
  const trim = bound(String.prototype.trim);
  const codeAt = bound(String.prototype.charCodeAt);
  const focusOn = bound(HTMLElement.prototype.focus);
  const fetching = fetch.bind(window);
  const later = setTimeout.bind(window);
  const cancel = clearTimeout.bind(window);
  const encode = encodeURIComponent;
  const Address = URL;
  const Told = CustomEvent;
  const Aborter = AbortController;
  const round = Math.round;
  const script = document.currentScript;
  const home = new Address(".", script ? script.src : document.baseURI).href;

  const PATIENCE_MS = 20000;
  const LONGEST = 2000;
  const MOST_SUGGESTED = 8;

  const WORDS = {
    __proto__: null,
    en: {
      __proto__: null,
      label: "Ask what the evidence says",
      ask: "Ask",
      suggested: "Suggested questions",
      suggestedCount: (n) => (n === 1 ? "1 suggestion" : n + " suggestions") + ", use the arrow keys",
      asking: "Searching…",
      results: "Results",
      level: { __proto__: null, strong: "Strong evidence", some: "Some evidence", limited: "Limited evidence" },
      found: (reports) => (reports === 1 ? "1 report is" : reports + " reports are") + " likely to answer.",
      nothing: "Nothing was found in this library that is likely to answer.",
      notNone: "That is not the same as evidence of no effect.",
      nearest: "The nearest passages:",
      further: "Further passages, less likely to answer:",
      chance: (percent) => "Estimated chance that the best passage answers: " + percent + "%.",
      page: (n) => "Page " + n,
      printed: (label) => " (printed " + label + ")",
      evidence: "Evidence",
      cost: "Cost",
      impact: "Impact",
      unrated: "Not rated by its centre",
      summary: "A summary, not the centre’s own words",
      all: "The whole answer, with filters and references",
      empty: "Type a question first.",
      site: "This site may not use this search. Its editor should check the key and the address it allows.",
      busy: (s) => "Too many questions at once. Try again in " + s + " seconds.",
      failed: "The evidence library cannot be reached just now.",
      instead: "Search on its own site",
    },
    cy: {
      __proto__: null,
      label: "Gofynnwch beth mae’r dystiolaeth yn ei ddweud",
      ask: "Gofyn",
      suggested: "Cwestiynau a awgrymir",
      suggestedCount: (n) => n + " o awgrymiadau, defnyddiwch y bysellau saeth",
      asking: "Yn chwilio…",
      results: "Canlyniadau",
      level: { __proto__: null, strong: "Tystiolaeth gref", some: "Peth tystiolaeth", limited: "Tystiolaeth gyfyngedig" },
      found: (reports) => "Adroddiadau sy’n debygol o ateb: " + reports + ".",
      nothing: "Ni chafwyd dim yn y llyfrgell hon sy’n debygol o ateb.",
      notNone: "Nid yw hynny yr un peth â thystiolaeth nad oes effaith.",
      nearest: "Y darnau agosaf:",
      further: "Darnau pellach, llai tebygol o ateb:",
      chance: (percent) => "Y tebygolrwydd amcangyfrifedig bod y darn gorau yn ateb: " + percent + "%.",
      page: (n) => "Tudalen " + n,
      printed: (label) => " (" + label + " mewn print)",
      evidence: "Tystiolaeth",
      cost: "Cost",
      impact: "Effaith",
      unrated: "Heb ei raddio gan ei ganolfan",
      summary: "Crynodeb, nid geiriau’r ganolfan ei hun",
      all: "Yr ateb cyfan, gyda hidlwyr a chyfeiriadau",
      empty: "Teipiwch gwestiwn yn gyntaf.",
      site: "Ni chaiff y wefan hon ddefnyddio’r chwiliad hwn. Dylai ei golygydd wirio’r allwedd a’r cyfeiriad y mae’n ei ganiatáu.",
      busy: (s) => "Gormod o gwestiynau ar unwaith. Rhowch gynnig arall arni ymhen " + s + " eiliad.",
      failed: "Ni ellir cyrraedd y llyfrgell dystiolaeth ar hyn o bryd.",
      instead: "Chwilio ar ei gwefan ei hun",
    },
  };

  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    :host { display: block !important; visibility: visible !important; opacity: 1 !important; }
    :host([hidden]) { display: none !important; }
    .root {
      all: initial; display: block; direction: ltr; unicode-bidi: isolate; text-align: start;
      color: var(--evidence-colour, #16202a); background: var(--evidence-background, #fff);
      font: var(--evidence-font, medium/1.5 system-ui, "Segoe UI", Roboto, Arial, sans-serif);
      padding: var(--evidence-padding, 1em); border-radius: var(--evidence-radius, .25em);
      border: 1px solid var(--evidence-border, #8a949e); overflow-wrap: anywhere;
    }
    .root, .root * { box-sizing: border-box; }
    [hidden] { display: none !important; }
    label { display: block; font-weight: 600; margin-bottom: .4em; }
    .row { display: flex; flex-wrap: wrap; gap: .5em; position: relative; }
    input, button { font: inherit; min-height: 2.75em; border-radius: var(--evidence-radius, .25em); }
    input {
      flex: 1 1 12em; min-width: 0; padding: 0 .6em; color: inherit; background: transparent;
      border: 2px solid var(--evidence-border, #57626d);
    }
    button {
      padding: 0 1.4em; font-weight: 600; cursor: pointer; border: 2px solid transparent;
      color: var(--evidence-accent-text, #fff); background: var(--evidence-accent, #0b5d3b);
    }
    :focus-visible { outline: 3px solid var(--evidence-focus, #b35900); outline-offset: 2px; }
    ul { list-style: none; margin: .2em 0 0; padding: 0; width: 100%; border: 1px solid var(--evidence-border, #57626d); }
    li[role=option] { padding: .45em .6em; cursor: pointer; min-height: 1.8em; }
    li[aria-selected=true] { background: var(--evidence-accent, #0b5d3b); color: var(--evidence-accent-text, #fff); }
    .status { margin: .8em 0 0; min-height: 1.5em; }
    ol { list-style: none; margin: 0; padding: 0; }
    ol > li { border-top: 1px solid var(--evidence-border, #8a949e); margin-top: 1em; padding-top: .8em; }
    h2, h3, h4, h5, h6 { font-size: 1.1em; line-height: 1.3; margin: 0; font-weight: 600; }
    p { margin: .3em 0; }
    .line { margin-top: 1.2em; font-weight: 600; }
    .quiet, figcaption { color: var(--evidence-quiet, #4a5763); font-size: .95em; }
    dl { display: flex; flex-wrap: wrap; gap: .3em .9em; margin: .3em 0; font-size: .95em; }
    dt { display: inline; font-weight: 600; }
    dt::after { content: ": "; }
    dd { display: inline; margin: 0; }
    figure { margin: .6em 0 0; padding-inline-start: .8em; border-inline-start: .25em solid var(--evidence-border, #8a949e); }
    blockquote { margin: 0; white-space: pre-line; unicode-bidi: isolate; }
    mark { background: var(--evidence-mark, #ffe9a3); color: var(--evidence-mark-text, #16202a); }
    a { color: var(--evidence-link, #0b4f9e); }
    @media (forced-colors: active) {
      mark { background: Mark; color: MarkText; }
      button { border-color: ButtonBorder; }
      li[aria-selected=true] { background: Highlight; color: HighlightText; forced-color-adjust: none; }
    }
  `);

  /** An element with attributes [name, value, …] and children: elements, or text. */
  function element(name, attributes, ...children) {
    const made = create(name);
    for (let i = 0; i < attributes.length; i += 2) {
      if (attributes[i + 1] !== null) setAttribute(made, attributes[i], attributes[i + 1]);
    }
    for (let i = 0; i < children.length; i += 1) {
      const child = children[i];
      if (child !== null) append(made, typeof child === "string" ? textNode(child) : child);
    }
    return made;
  }

  function clear(node) {
    for (let last = lastOf(node); last; last = lastOf(node)) remove(node, last);
  }

  /** An address that may be linked to, else null. */
  function webAddress(text) {
    try {
      const address = new Address(text);
      return address.protocol === "https:" || address.protocol === "http:" ? address.href : null;
    } catch {
      return null;
    }
  }

  /** Text of a report: whatever its direction, it stays within itself. */
  function apart(text) {
    return element("bdi", [], "" + text);
  }

  /** Where a character is for this language, which counts some characters twice. */
  function unitsBefore(text, characters) {
    let units = 0;
    for (let left = characters; left > 0 && units < text.length; left -= 1) {
      const code = codeAt(text, units);
      units += code >= 0xd800 && code < 0xdc00 ? 2 : 1;
    }
    return units;
  }

  /** The passage, verbatim, with its best sentence marked. */
  function quotation(hit) {
    const quoted = element("blockquote", ["part", "quotation", "dir", "auto", "lang", hit.report.language]);
    let place = 0;
    for (let i = 0; i < hit.highlights.length; i += 1) {
      const start = unitsBefore(hit.text, hit.highlights[i].start);
      const end = unitsBefore(hit.text, hit.highlights[i].end);
      append(quoted, textNode(slice(hit.text, place, start)));
      append(quoted, element("mark", ["part", "mark"], slice(hit.text, start, end)));
      place = end;
    }
    append(quoted, textNode(slice(hit.text, place)));
    return quoted;
  }

  /** Where a passage stands; null for formats without pages. */
  function place(hit, words) {
    if (hit.report.document_type !== "pdf" || !hit.pages.length) return null;
    const page = hit.pages[0];
    const number = "" + page.number;
    const printed = page.label && page.label !== number ? words.printed(page.label) : "";
    return element("figcaption", ["part", "page"], words.page(number), apart(printed));
  }

  function rating(report, words) {
    const native = report.rating;
    if (!native) return element("p", ["class", "quiet", "part", "rating"], words.unrated);
    const list = element("dl", ["part", "rating"]);
    const names = ["evidence", "cost", "impact"];
    for (let i = 0; i < names.length; i += 1) {
      const told = native[names[i]];
      if (told) {
        append(list, element("div", [], element("dt", [], words[names[i]]), element("dd", [], apart(told))));
      }
    }
    return list;
  }

  class EvidenceSearch extends HTMLElement {
    #shadow = null;
    #parts = null;
    #active = -1;
    #asked = 0;
    #running = null;

    connectedCallback() {
      if (this.#shadow) return;
      this.#shadow = attachShadow(this, { __proto__: null, mode: "open" });
      this.#shadow.adoptedStyleSheets = [sheet];
      this.#build();
    }

    disconnectedCallback() {
      if (this.#running) abort(this.#running);
    }

    /** Ask a question, as if it had been typed. */
    search(question) {
      setValue(this.#parts.input, "" + question);
      return this.#ask();
    }

    get #words() {
      const said = getAttribute(this, "lang") || getAttribute(document.documentElement, "lang") || "";
      return lower(slice(said, 0, 2)) === "cy" ? WORDS.cy : WORDS.en;
    }

    get #server() {
      const named = webAddress(getAttribute(this, "server") || home) || home;
      return named[named.length - 1] === "/" ? slice(named, 0, -1) : named;
    }

    /** The values of an attribute that are separated by commas, as parameters of an address. */
    #filters() {
      let told = "";
      const names = ["centre", "topic"];
      for (let i = 0; i < names.length; i += 1) {
        const values = split(getAttribute(this, names[i]) || "", ",");
        for (let j = 0; j < values.length; j += 1) {
          const value = trim(values[j]);
          if (value) told += "&" + names[i] + "=" + encode(value);
        }
      }
      return told;
    }

    #build() {
      const words = this.#words;
      const welsh = words === WORDS.cy;
      const label = getAttribute(this, "label") || words.label;
      const input = element("input", [
        "id", "q", "type", "search", "part", "input", "maxlength", "" + LONGEST,
        "autocomplete", "off", "enterkeyhint", "search",
      ]);
      const button = element("button", ["type", "submit", "part", "button"], words.ask);
      const list = element("ul", ["id", "options", "role", "listbox", "part", "suggestions", "aria-label", words.suggested]);
      const status = element("p", ["id", "status", "class", "status", "role", "status", "part", "status"]);
      const hint = element("p", ["class", "quiet", "role", "status", "part", "hint", "hidden", ""]);
      const results = element("div", ["part", "results"]);
      setHidden(list, true);
      const row = element("div", ["class", "row", "part", "row"], input, button);
      const name = element("label", ["for", "q", "part", "label"], label);
      const form = element("form", ["role", "search", "part", "form", "aria-label", label], name, row, list, hint);
      const root = element(
        "div", ["class", "root", "part", "root", "lang", welsh ? "cy" : "en-GB"], form, status, results,
      );
      this.#parts = { __proto__: null, input, list, status, hint, results };
      append(this.#shadow, root);
      if (this.#suggestions("").length) this.#becomeCombobox();
      listen(form, "submit", (event) => {
        prevent(event);
        this.#close();
        this.#ask();
      });
    }

    // suggested questions: the options of a <datalist> the page puts inside the element

    #suggestions(typed) {
      const options = byTag(this, "option");
      const wanted = lower(trim(typed));
      const found = [];
      for (let i = 0; i < options.length && found.length < MOST_SUGGESTED; i += 1) {
        const text = trim(getAttribute(options[i], "value") || getText(options[i]));
        const fits = text && indexIn(lower(text), wanted) >= 0 && lower(text) !== wanted;
        if (fits) found[found.length] = text;
      }
      return found;
    }

    #becomeCombobox() {
      const { input, list } = this.#parts;
      setAttribute(input, "type", "text"); // a search field may not be a combobox
      setAttribute(input, "role", "combobox");
      setAttribute(input, "aria-autocomplete", "list");
      setAttribute(input, "aria-controls", "options");
      setAttribute(input, "aria-expanded", "false");
      listen(input, "input", () => this.#open());
      listen(input, "keydown", (event) => this.#key(event));
      listen(input, "blur", () => this.#close());
      // The field keeps the focus, so that a click does not close the list before it counts.
      listen(list, "pointerdown", (event) => prevent(event));
      listen(list, "mousedown", (event) => prevent(event));
    }

    #open() {
      const { input, list, hint } = this.#parts;
      const found = this.#suggestions(getValue(input));
      clear(list);
      this.#active = -1;
      for (let i = 0; i < found.length; i += 1) {
        const option = element("li", ["id", "option-" + i, "role", "option", "part", "suggestion", "aria-selected", "false"], apart(found[i]));
        listen(option, "click", () => this.#choose(found[i]));
        append(list, option);
      }
      setHidden(list, !found.length);
      setHidden(hint, !found.length);
      setText(hint, found.length ? this.#words.suggestedCount(found.length) : "");
      setAttribute(input, "aria-expanded", found.length ? "true" : "false");
      setAttribute(input, "aria-activedescendant", "");
      return found;
    }

    #close() {
      const { input, list, hint } = this.#parts;
      this.#active = -1;
      setHidden(list, true);
      setHidden(hint, true);
      if (getAttribute(input, "role") === "combobox") {
        setAttribute(input, "aria-expanded", "false");
        setAttribute(input, "aria-activedescendant", "");
      }
    }

    #choose(question) {
      setValue(this.#parts.input, question);
      this.#close();
      this.#ask();
    }

    #key(event) {
      const { input, list } = this.#parts;
      const open = getAttribute(input, "aria-expanded") === "true";
      if (event.isComposing) return;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        prevent(event);
        const count = open ? byTag(list, "li").length : this.#open().length;
        if (count && !(event.altKey && event.key === "ArrowDown")) this.#move(event.key, count);
      } else if (event.key === "Escape") {
        if (open) {
          prevent(event);
          this.#close();
        }
      } else if (event.key === "Enter" && open && this.#active >= 0) {
        prevent(event);
        this.#choose(getText(byTag(list, "li")[this.#active]));
      }
    }

    #move(key, count) {
      const { input, list } = this.#parts;
      const step = key === "ArrowDown" ? 1 : -1;
      // One place more than there are options: the field itself.
      this.#active = ((this.#active + 1 + step + count + 1) % (count + 1)) - 1;
      const options = byTag(list, "li");
      for (let i = 0; i < options.length; i += 1) {
        setAttribute(options[i], "aria-selected", i === this.#active ? "true" : "false");
      }
      setAttribute(input, "aria-activedescendant", this.#active < 0 ? "" : "option-" + this.#active);
      if (this.#active >= 0) scrollTo(options[this.#active], { __proto__: null, block: "nearest" });
    }

    // asking

    async #ask() {
      const { input, status, results } = this.#parts;
      const words = this.#words;
      const question = trim(getValue(input));
      const asked = (this.#asked += 1);
      if (this.#running) abort(this.#running);
      clear(results);
      if (!question) {
        setText(status, words.empty);
        focusOn(input);
        return;
      }
      if (!this.#tell("evidence-search", { question }, true)) return;
      setText(status, words.asking);
      const outcome = await this.#fetch(question);
      if (asked !== this.#asked || outcome === null) return; // another question came meanwhile
      if (outcome.answer) {
        this.#show(outcome.answer, question);
        this.#tell("evidence-results", { question, answer: outcome.answer });
      } else {
        this.#showFailure(outcome, question);
        const { status: code, message, detail } = outcome;
        this.#tell("evidence-error", { question, status: code, message, detail });
      }
    }

    /** The answer, or what went wrong; null where the question was withdrawn. */
    async #fetch(question) {
      const words = this.#words;
      const running = (this.#running = new Aborter());
      const key = getAttribute(this, "key");
      const k = getAttribute(this, "k");
      const address =
        this.#server + "/v1/search?q=" + encode(question) + this.#filters() +
        (k ? "&k=" + encode(k) : "") + (key ? "&key=" + encode(key) : "");
      let late = false;
      const timer = later(() => {
        late = true;
        abort(running);
      }, PATIENCE_MS);
      try {
        const response = await fetching(address, {
          __proto__: null, method: "GET", mode: "cors", credentials: "omit", redirect: "error",
          referrerPolicy: "no-referrer", signal: signalOf(running),
        });
        const body = await jsonOf(response);
        if (response.ok) return { __proto__: null, answer: body };
        const status = response.status;
        const detail = "" + (body.detail || "");
        let message = words.failed;
        if (status === 401 || status === 403) message = words.site;
        if (status === 422) message = detail;
        if (status === 429) message = words.busy(headerOf(headersOf(response), "Retry-After") || "60");
        return { __proto__: null, answer: null, status, message, detail };
      } catch {
        if (signalOf(running).aborted && !late) return null;
        return { __proto__: null, answer: null, status: 0, message: words.failed, detail: "" };
      } finally {
        cancel(timer);
      }
    }

    // showing

    #show(answer, question) {
      const words = this.#words;
      const { status, results } = this.#parts;
      const said = answer.statement;
      const percent = round(said.confidence * 100);
      const told = said.answered
        ? words.level[said.level] + ". " + words.found(said.report_ids.length)
        : words.nothing + " " + words.notNone;
      setText(status, told);
      append(results, element("p", ["class", "quiet", "part", "confidence"], words.chance(percent)));
      this.#list(answer, said.report_ids, true, words.results, null);
      const rest = said.answered ? words.further : words.nearest;
      this.#list(answer, said.report_ids, false, rest, rest);
      append(results, element("p", ["part", "more"], this.#link(question, words.all)));
    }

    /** The reports that are likely to answer, or the others. */
    #list(answer, likely, wanted, name, line) {
      const list = element("ol", ["part", "list", "aria-label", name]);
      let any = false;
      for (let i = 0; i < answer.reports.length; i += 1) {
        const id = answer.reports[i].report_id;
        let found = false;
        for (let j = 0; j < likely.length; j += 1) found = found || likely[j] === id;
        if (found === wanted) {
          append(list, this.#report(id, answer.hits));
          any = true;
        }
      }
      if (!any) return;
      if (line) append(this.#parts.results, element("p", ["class", "line", "part", "further"], line));
      append(this.#parts.results, list);
    }

    #report(id, hits) {
      const words = this.#words;
      const shown = element("li", ["part", "result"]);
      let first = true;
      for (let i = 0; i < hits.length; i += 1) {
        const hit = hits[i];
        if (hit.report.report_id === id) {
          if (first) this.#heading(shown, hit);
          first = false;
          append(shown, element("figure", ["part", "passage"], quotation(hit), place(hit, words)));
        }
      }
      return shown;
    }

    #heading(shown, hit) {
      const words = this.#words;
      const report = hit.report;
      const level = getAttribute(this, "heading-level") || "";
      const name = indexIn("23456", level) >= 0 && level.length === 1 ? "h" + level : "h3";
      const address = report.url ? webAddress(report.url) : null;
      const title = apart(report.title);
      let shownTitle = title;
      if (address) {
        shownTitle = element("a", ["href", address, "rel", "noopener noreferrer", "part", "title"], title);
        listen(shownTitle, "click", (event) => {
          const detail = { report_id: report.report_id, passage_id: hit.passage_id, title: report.title, url: address };
          if (!this.#tell("evidence-select", detail, true)) prevent(event);
        });
      }
      append(shown, element(name, [], shownTitle));
      const about = element("p", ["class", "quiet", "part", "about"]);
      const centre = report.centre_name || report.centre;
      if (centre) append(about, apart(centre));
      if (report.year) append(about, textNode((centre ? " · " : "") + report.year));
      append(shown, about);
      append(shown, rating(report, words));
      if (report.is_summary) append(shown, element("p", ["class", "quiet", "part", "summary"], words.summary));
    }

    #showFailure(outcome, question) {
      setText(this.#parts.status, outcome.message);
      append(this.#parts.results, element("p", ["part", "more"], this.#link(question, this.#words.instead)));
    }

    #link(question, text) {
      const address = this.#server + "/?q=" + encode(question) + this.#filters();
      return element("a", ["href", address, "rel", "noopener noreferrer"], text);
    }

    /** Tell the page; false where it prevented what would follow. */
    #tell(name, detail, cancelable = false) {
      return dispatch(this, new Told(name, { __proto__: null, detail, bubbles: true, composed: true, cancelable }));
    }
  }

  customElements.define("evidence-search", EvidenceSearch);
})();
