"use strict";

const token = location.hash.slice(1);
const at = (id) => document.getElementById(id);
const PLATFORMS = {ssms: "SSMS", shift: "SHIFT", keycloak: "Keycloak", other: "No request yet"};
const KINDS = {
  "": "any POST or PUT",
  mail: "set mail settings",
  token: "get a token",
  read: "read a realm",
  test: "test mail settings",
  info: "read realms or version",
};
let tenants = new Map();
let newest = null;
let target = null;

// Text from outside is only ever put in as text, never as HTML.
function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function say(text) {
  at("notice").textContent = text;
  at("notice").hidden = !text;
}

function show(state, text) {
  if (at("live").dataset.state !== state) at("live").dataset.state = state;
  if (at("live").textContent !== text) at("live").textContent = text;
}

async function act(action) {
  try {
    const answer = await fetch("/-/actions", {
      method: "POST",
      headers: {Authorization: `Bearer ${token}`, "Content-Type": "application/json"},
      body: JSON.stringify(action),
    });
    say(answer.ok ? "" : (await answer.json()).error);
  } catch {
    say("Not done: the emulator does not answer. Has it stopped?");
  }
}

function time(seconds) {
  return new Date(seconds * 1000).toLocaleTimeString([], {hour12: false});
}

function lastChange(change) {
  if (!change) return "";
  const how = change.method === "PAGE" ? "by this page" : `by ${change.method}`;
  return `Last change ${time(change.at)} ${how}: ${change.changes}`;
}

function card(tenant) {
  const made = element("article");
  const name = element("b", {className: "mono"});
  const change = element("button", {type: "button", className: "small", textContent: "Change…"});
  const remove = element("button", {type: "button", className: "small danger", textContent: "Delete"});
  change.addEventListener("click", () => openChange(tenant.key));
  remove.addEventListener("click", () => act({do: "delete", tenant: tenant.key}));
  made.append(element("div", {}, name, change, remove), element("dl"), element("p"));
  return made;
}

function fill(made, tenant) {
  const shown = JSON.stringify(tenant);
  if (made.shown === shown) return;
  made.shown = shown;
  const [name, change, remove] = made.firstChild.children;
  name.textContent = tenant.name;
  change.setAttribute("aria-label", `Change a setting of ${tenant.name}`);
  remove.setAttribute("aria-label", `Delete ${tenant.name}`);
  const rows = Object.entries(tenant.settings).filter(([, value]) => value !== "");
  made.children[1].replaceChildren(...rows.flatMap(([key, value]) =>
    [element("dt", {textContent: key}), element("dd", {className: "mono", textContent: value})]));
  made.children[2].textContent = rows.length ? lastChange(tenant.change) : `No settings. ${lastChange(tenant.change)}`;
  made.children[2].hidden = !made.children[2].textContent;
}

function showTenants(state) {
  const cards = new Map();
  const groups = [];
  for (const platform of Object.keys(PLATFORMS)) {
    const members = state.tenants.filter((each) => (each.platform ?? "other") === platform);
    if (!members.length) continue;
    groups.push(heading(platform));
    for (const tenant of members) {
      const made = tenants.get(tenant.key)?.card ?? card(tenant);
      fill(made, tenant);
      cards.set(tenant.key, {card: made, tenant});
      groups.push(made);
    }
  }
  tenants = cards;
  const list = at("tenants");
  const same = list.children.length === groups.length && groups.every((each, index) => each === list.children[index]);
  if (!same) keepFocus(() => list.replaceChildren(...groups));
  at("no-tenants").hidden = state.tenants.length > 0;
  at("tenant-count").textContent = state.tenantCount || "";
  const hidden = state.tenantCount - state.tenants.length;
  at("more-tenants").hidden = hidden <= 0;
  at("more-tenants").textContent = `${hidden} more are not shown.`;
}

const headings = new Map();
function heading(platform) {
  if (!headings.has(platform)) headings.set(platform, element("h3", {textContent: PLATFORMS[platform]}));
  return headings.get(platform);
}

function keepFocus(change) {
  const focused = document.activeElement;
  change();
  if (focused !== document.activeElement && document.contains(focused)) focused.focus();
}

function row(event, isNew) {
  const kind = event.method === "PAGE" ? "none" : event.status === null || event.status >= 500 ? "bad"
    : event.status < 300 ? "good" : "";
  const detail = element("span", {className: "detail"});
  if (event.changes) detail.append(element("span", {className: "changes", textContent: event.changes}), " ");
  if (event.note) detail.append(element("span", {className: "note", textContent: event.note}), " ");
  if (event.url) detail.append(element("span", {textContent: event.url}));
  return element("li", {className: isNew ? "new" : ""},
    element("time", {textContent: time(event.at), dateTime: new Date(event.at * 1000).toISOString()}),
    element("span", {className: `status ${kind}`, textContent: event.method === "PAGE" ? "page" : event.status ?? "cut"}),
    element("span", {className: "method", textContent: event.method === "PAGE" ? "" : event.method}),
    element("span", {className: "who mono", textContent: event.tenant || "—"}),
    element("span", {className: "took", textContent: event.method === "PAGE" ? "" : `${event.milliseconds} ms`}),
    detail);
}

function showRequests(state) {
  const latest = state.events[0]?.number ?? 0;
  if (newest !== latest) {
    const before = newest ?? latest;
    at("requests").replaceChildren(...state.events.map((event) => row(event, event.number > before)));
    newest = latest;
  }
  at("no-requests").hidden = state.events.length > 0;
  at("event-count").textContent = state.events.length < state.eventCount && state.events.length
    ? `latest ${state.events.length} of ${state.eventCount}` : state.events.length || "";
}

function showWaiting(state) {
  const parts = [];
  if (state.tokenExpired) parts.push("All tokens have expired, the printed one too; Reset accepts it again.");
  if (state.waitingCount) {
    const names = state.waiting.map(([name, on]) => (on ? `${name} (${KINDS[on]})` : name)).join(", ");
    const more = state.waitingCount - state.waiting.length;
    parts.push(`Waiting for a request: ${names}${more > 0 ? ` and ${more} more` : ""}.`);
  }
  const text = parts.join(" ");
  if (at("waiting").shown === text) return;
  at("waiting").shown = text;
  at("waiting").replaceChildren(...(text ? [text] : []));
  if (state.waitingCount) {
    const forget = element("button", {type: "button", className: "small", textContent: "Forget faults"});
    forget.addEventListener("click", () => act({do: "forget-faults"}));
    at("waiting").append(forget);
  }
}

function offer(select, pairs) {
  if (select.options.length) return;
  select.append(...pairs.map(([value, text]) => element("option", {value, textContent: text})));
}

function update(state) {
  offer(at("fault"), state.faults.map((name) => [name, name]));
  offer(at("kind"), ["", ...state.kinds].map((kind) => [kind, KINDS[kind] ?? kind]));
  offer(at("change-name"), state.fields.map((name) => [name, name]));
  showTenants(state);
  showRequests(state);
  showWaiting(state);
}

function prefill() {
  const settings = tenants.get(target)?.tenant.settings ?? {};
  const value = settings[at("change-name").value] ?? "";
  const isSecret = /password|secret/i.test(at("change-name").value);
  at("change-value").type = isSecret ? "password" : "text";
  at("change-value").value = isSecret ? "" : value;
}

function openChange(key) {
  target = key;
  at("change-tenant").textContent = tenants.get(key).tenant.name;
  at("change-name").value = "host";
  prefill();
  at("change").returnValue = "cancel";
  at("change").showModal();
  at("change-value").select();
}

at("change-name").addEventListener("change", prefill);
// Return in the field means "Change", not the first button of the form.
at("change-value").addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  at("change").close("change");
});
at("change").addEventListener("close", () => {
  const done = at("change").returnValue;
  if (done === "cancel" || done === "") return;
  const value = done === "remove" ? null : at("change-value").value;
  act({do: "change", tenant: target, name: at("change-name").value, value});
});
at("order").addEventListener("submit", (event) => {
  event.preventDefault();
  act({do: "fault", name: at("fault").value, on: at("kind").value || null, count: at("count").valueAsNumber});
});
at("expire").addEventListener("click", () => act({do: "expire"}));
at("reset").addEventListener("click", () => {
  at("confirm").returnValue = "cancel";
  at("confirm").showModal();
});
at("confirm").addEventListener("close", () => {
  if (at("confirm").returnValue === "reset") act({do: "reset"});
});

// Server-sent events over fetch, because EventSource cannot send the token as a header.
async function follow() {
  const answer = await fetch("/-/events", {headers: {Authorization: `Bearer ${token}`}});
  if (!answer.ok) {
    say((await answer.json()).error);
    return answer.status !== 401;
  }
  show("live", "live");
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const {value, done} = await reader.read();
    if (done) return true;
    text += value;
    const events = text.split("\n\n");
    text = events.pop();
    for (const each of events) {
      if (each.startsWith("data: ")) update(JSON.parse(each.slice(6)));
    }
  }
}

async function live() {
  let again = Boolean(token);
  if (!token) say("This address lacks its token: open the address that the terminal printed.");
  while (again) {
    try {
      again = await follow();
    } catch {
      // Tried again below.
    }
    if (!again) break;
    show("lost", "the emulator does not answer");
    await new Promise((done) => setTimeout(done, 1000));
  }
  show("lost", "not connected");
}

// A link to a fragment would replace the token.
at("skip").addEventListener("click", () => at("tenants-title").focus());
window.addEventListener("hashchange", () => location.reload());
at("address").textContent = location.host;
live();
