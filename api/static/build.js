/* "Embed this search" without pressing the button: the page is asked again and its lower part put
 * in place of the old one. Without this script the button does the same. */
"use strict";
const form = document.getElementById("build");
const PAUSE_MS = 400;
let timer = 0;
let asked = 0;

async function write() {
  const mine = (asked += 1);
  const address = `${form.action}?${new URLSearchParams(new FormData(form))}`;
  const response = await fetch(address, { headers: { Accept: "text/html" } });
  if (!response.ok || mine !== asked) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  document.getElementById("made").replaceWith(document.importNode(page.getElementById("made"), true));
  history.replaceState(null, "", address);
  addCopying();
}

function addCopying() {
  for (const field of document.querySelectorAll(".snippet")) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = form.dataset.copy;
    button.addEventListener("click", () => {
      field.select();
      navigator.clipboard?.writeText(field.value);
    });
    field.after(button);
  }
}

form.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(write, PAUSE_MS);
});
addCopying();
