// Filters, order, years and new questions without loading the whole page: the server's own page is
// fetched and its main part put in place. Where anything fails, the link is simply followed.
import { remember } from "./recent.js";

const main = document.getElementById("main");
const voice = document.createElement("p"); // says to screen readers what has changed
voice.className = "unseen";
voice.setAttribute("role", "status");
document.body.append(voice);

let pending = null;
let shown = location.pathname + location.search;

async function fetched(address, signal) {
  const response = await fetch(address, { headers: { Accept: "text/html" }, signal });
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  return page.getElementById("answer") ? page : null;
}

function put(page) {
  const folds = [...main.querySelectorAll("details[id]")].map((each) => [each.id, each.open]);
  main.replaceChildren(...page.getElementById("main").childNodes);
  for (const [id, open] of folds) {
    const fold = document.getElementById(id);
    if (fold) fold.open ||= open;
  }
  document.getElementById("tongues").replaceWith(page.getElementById("tongues"));
  document.title = page.title;
}

function attend(key) {
  const same = key && main.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (same) same.focus({ preventScroll: true });
  else document.getElementById("answer").focus();
}

function announce() {
  const parts = ["answer", "results"].map((id) => document.getElementById(id)?.textContent.trim());
  voice.textContent = parts.filter(Boolean).join(" ");
}

async function show(address, { key = null, push = true } = {}) {
  pending?.abort();
  const mine = (pending = new AbortController());
  main.setAttribute("aria-busy", "true");
  try {
    const page = await fetched(address, mine.signal);
    if (!page) return location.assign(address);
    put(page);
    if (push) history.pushState(null, "", address);
    shown = location.pathname + location.search;
    attend(key);
    announce();
    remember();
  } catch (error) {
    if (error.name !== "AbortError") location.assign(address);
  } finally {
    if (pending === mine) main.removeAttribute("aria-busy");
  }
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-swap]");
  const plain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
  if (!link || !plain) return;
  event.preventDefault();
  show(link.href, { key: link.dataset.key });
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-swap]")) return;
  event.preventDefault();
  const filled = [...new FormData(form)].filter(([, value]) => value.trim());
  const address = new URL(form.action);
  address.search = new URLSearchParams(filled);
  show(address.href, { key: event.submitter?.dataset.key });
});

addEventListener("popstate", () => {
  if (location.pathname + location.search !== shown) show(location.href, { push: false });
});
