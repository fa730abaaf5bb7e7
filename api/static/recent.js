// Questions asked on this device, kept by the browser and sent nowhere.
const KEY = "evidence-recent";
const MOST = 8;

function kept() {
  try {
    const read = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return read.filter((each) => typeof each.question === "string" && each.address?.startsWith("/?"));
  } catch {
    return []; // kept by nobody, or by something else
  }
}

function keep(list) {
  try {
    localStorage.setItem(KEY, JSON.stringify(list.slice(0, MOST)));
  } catch {
    // a browser that keeps nothing
  }
}

/** Keep the question of the page that is shown. */
export function remember() {
  const asked = new URLSearchParams(location.search);
  const question = asked.get("q")?.trim();
  if (!question || !document.getElementById("answer")) return;
  for (const name of ["k", "rows", "columns"]) asked.delete(name);
  const others = kept().filter((each) => each.question.toLowerCase() !== question.toLowerCase());
  keep([{ question, address: `/?${asked}` }, ...others]);
}

function list(section) {
  const links = kept().map(({ question, address }) => {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = address;
    link.textContent = question;
    item.append(link);
    return item;
  });
  section.querySelector("ul").replaceChildren(...links);
  section.hidden = links.length === 0;
}

const section = document.getElementById("recent");
if (section) {
  list(section);
  section.querySelector("button").addEventListener("click", () => {
    keep([]);
    list(section);
    document.getElementById("q").focus();
  });
} else {
  remember();
}
