"use strict";

// Everything is in the page already: this hides, orders and counts, and puts nothing in as HTML.
document.documentElement.classList.add("js");

document.addEventListener("DOMContentLoaded", () => {
  const table = document.getElementById("tenants");
  if (!table) return;
  const form = document.getElementById("filters");
  const shown = document.getElementById("shown");
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  const rows = [...body.rows];
  const texts = new Map();
  const wanted = {state: new Set(), finding: new Set()};
  const names = [...form.elements].map((each) => each.name).filter(Boolean);
  const collator = new Intl.Collator("en", {numeric: true});
  const fold = (text) => text.normalize("NFKC").toLowerCase();
  const count = (number) => `${number.toLocaleString("en")} tenant${number === 1 ? "" : "s"}`;
  let sorted = "";

  function buttonIn(element, act) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...element.childNodes);
    button.addEventListener("click", act);
    element.append(button);
    return button;
  }

  function textOf(row) {
    if (!texts.has(row)) {
      const values = [...row.querySelectorAll("bdi, code")].map((each) => each.textContent);
      texts.set(row, fold(values.join("\n")));
    }
    return texts.get(row);
  }

  function apply() {
    const words = fold(form.elements.q.value).split(/\s+/).filter(Boolean);
    const choices = [...form.querySelectorAll("select")].filter((each) => each.value);
    let number = 0;
    for (const row of rows) {
      const codes = row.dataset.codes.split(" ");
      const fits =
        (!wanted.state.size || wanted.state.has(row.dataset.state)) &&
        (!wanted.finding.size || codes.some((each) => wanted.finding.has(each))) &&
        choices.every((each) => row.dataset[each.name] === each.value) &&
        words.every((each) => textOf(row).includes(each));
      if (row.hidden === fits) row.hidden = !fits;
      number += fits;
    }
    for (const [button, set, value] of toggles) {
      button.setAttribute("aria-pressed", String(set.has(value)));
      if (set.has(value) && button.closest("details")) button.closest("details").open = true;
    }
    const isAll = number === rows.length;
    shown.textContent = isAll ? count(number) : `${number.toLocaleString("en")} of ${count(rows.length)}`;
    document.getElementById("none").hidden = number > 0;
    const isFiltered = words.length + choices.length + wanted.state.size + wanted.finding.size > 0;
    document.documentElement.classList.toggle("filtered", isFiltered);
    remember();
  }

  function keyOf(row, column) {
    const cell = row.cells[column];
    return "key" in cell.dataset ? Number(cell.dataset.key) : cell.textContent.trim();
  }

  function compare(a, b) {
    return typeof a === "number" && typeof b === "number" ? a - b : collator.compare(a, b);
  }

  // What has no value comes last in both directions.
  function sort(column, direction) {
    const keyed = rows.map((row) => [keyOf(row, column), row]);
    const sign = direction === "descending" ? -1 : 1;
    keyed.sort(([a], [b]) => (a === "") - (b === "") || sign * compare(a, b));
    body.append(...keyed.map(([, row]) => row));
    heads.forEach((head, number) => {
      if (number === column) head.setAttribute("aria-sort", direction);
      else head.removeAttribute("aria-sort");
    });
    const name = `${direction === "descending" ? "-" : ""}${nameOf(heads[column])}`;
    sorted = name === nameOf(heads[0]) ? "" : name;
  }

  const nameOf = (head) => head.classList[0];

  function press(head, column) {
    const first = head.dataset.first ?? "ascending";
    const other = first === "ascending" ? "descending" : "ascending";
    sort(column, head.getAttribute("aria-sort") === first ? other : first);
    remember();
  }

  // The address keeps what is shown, for a link or a reload.
  function remember() {
    const kept = new URLSearchParams();
    for (const [name, set] of Object.entries(wanted)) {
      if (set.size) kept.set(name, [...set].join(" "));
    }
    for (const name of names) {
      if (form.elements[name].value) kept.set(name, form.elements[name].value);
    }
    if (sorted) kept.set("sort", sorted);
    if (kept.toString() !== location.hash.slice(1)) {
      history.replaceState(null, "", kept.size ? `#${kept}` : location.pathname + location.search);
    }
  }

  function recall() {
    const kept = new URLSearchParams(location.hash.slice(1));
    for (const [name, set] of Object.entries(wanted)) {
      set.clear();
      for (const each of (kept.get(name) ?? "").split(" ").filter(Boolean)) set.add(each);
    }
    for (const name of names) {
      form.elements[name].value = kept.get(name) ?? "";
      if (form.elements[name].selectedIndex < 0) form.elements[name].value = "";
    }
    const [, sign, name] = /^(-?)(.*)$/.exec(kept.get("sort") ?? "");
    const column = heads.findIndex((head) => nameOf(head) === name);
    sort(Math.max(column, 0), column >= 0 && sign ? "descending" : "ascending");
    apply();
  }

  function toggle(set, value) {
    if (!set.delete(value)) set.add(value);
    apply();
  }

  const toggles = [...document.querySelectorAll("li[data-state], li[data-code]")].map((item) => {
    const [set, value] = item.dataset.state
      ? [wanted.state, item.dataset.state]
      : [wanted.finding, item.dataset.code];
    return [buttonIn(item, () => toggle(set, value)), set, value];
  });
  heads.forEach((head, column) => buttonIn(head, () => press(head, column)));
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => {
    for (const set of Object.values(wanted)) set.clear();
    setTimeout(() => {
      apply();
      form.elements.q.focus(); // the button is hidden now
    });
  });
  body.addEventListener("click", (event) => {
    if (event.target.closest("details") || String(getSelection())) return;
    event.target.closest("tr").querySelector("summary").click();
  });
  document.querySelector(".skip").addEventListener("click", (event) => {
    event.preventDefault();
    document.getElementById("tenants-title").focus();
  });
  addEventListener("hashchange", recall);
  recall();
});
