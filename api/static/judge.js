// Verdicts on passages and answers without loading the page again: the answer is said in the form's
// own <output>, which screen readers announce; the focus stays where it was.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("form[data-judge]")) return;
  event.preventDefault();
  if (form.dataset.sent) return;
  form.dataset.sent = "true";
  const pressed = event.submitter;
  const told = await sent(form, new URLSearchParams(new FormData(form, pressed)));
  form.querySelector("output").textContent = told.words;
  if (!told.kept) return delete form.dataset.sent;
  for (const button of form.querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
  pressed?.setAttribute("aria-pressed", "true");
});

async function sent(form, body) {
  try {
    const response = await fetch(form.action, { method: "POST", headers: { Accept: "application/json" }, body });
    const { said, detail, cure } = await response.json();
    return { kept: response.ok, words: said ?? [detail, cure].filter(Boolean).join(" ") };
  } catch {
    return { kept: false, words: form.dataset.failed };
  }
}
