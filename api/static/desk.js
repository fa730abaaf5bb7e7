// A job's page, looked at again every few seconds while the job is under way: what it said is put in
// place, nothing moves. When it has ended the whole page is loaded, with what came of it.
const LOOK_EVERY_MS = 3000;

async function look() {
  const response = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (response.status === 429 || response.status >= 500) return; // for a while: look again
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const state = page.getElementById("state");
  if (!state?.hasAttribute("data-open")) return location.reload(); // ended, or signed out
  const shown = document.getElementById("state");
  if (shown.textContent !== state.textContent) shown.textContent = state.textContent;
  const output = document.getElementById("output");
  const below = output.scrollHeight - output.scrollTop - output.clientHeight < 20;
  output.textContent = page.getElementById("output").textContent;
  if (below) output.scrollTop = output.scrollHeight;
}

async function follow() {
  try {
    await look();
  } catch {
    // the service may be starting anew: look again
  }
  setTimeout(follow, LOOK_EVERY_MS);
}

setTimeout(follow, LOOK_EVERY_MS);
