// The preview's page. It shows what the server says, as text only: nothing of a mail ever becomes part of this page.
"use strict";

const by = id => document.getElementById(id);
const tools = by("tools");
const state = { version: -1, personas: [], people: [], panes: [], active: 0, mistake: null };
const clip = 102 * 1024;

// An element with its text and what is in it.
function make(tag, has = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(has)) {
        if (name === "text") node.textContent = value;
        else if (name === "on") Object.entries(value).forEach(([event, act]) => node.addEventListener(event, act));
        else if (value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : value);
    }
    node.append(...children.filter(child => child));
    return node;
}

async function ask(path, query = {}) {
    const reply = await fetch(path + "?" + new URLSearchParams(query), { cache: "no-store" });
    if (!reply.ok) throw new Error(reply.status);
    return reply;
}
const askJson = async (path, query) => (await ask(path, query)).json();

function say(words, kind) {
    by("live").dataset.state = kind;
    by("live-words").textContent = words;
}

// ---- readers

const everyone = () => [...state.personas, ...state.people];
const nameOf = id => (everyone().find(reader => reader.id === id) || state.known?.[id] || { name: id.slice(2) }).name;
const active = () => state.panes[state.active];

function readerButton(reader) {
    const at = state.panes.indexOf(state.panes.find(pane => pane.reader === reader.id));
    const current = active() && active().reader === reader.id;
    const where = reader.group === "persona" ? reader.organization : reader.email;
    return make("button", {
        type: "button", tabindex: current ? "0" : "-1", "aria-current": current ? "true" : undefined, "data-id": reader.id,
        "data-other": at >= 0 && !current ? "true" : undefined, on: { click: () => choose(reader.id) }
    },
        make("span", { class: "who", text: reader.name }), make("span", { class: "tongue", text: reader.language }),
        where && make("span", { class: "where", text: where }));
}

function drawList() {
    const focused = document.activeElement?.dataset?.id;
    const words = by("search").value.trim().toLowerCase();
    const personas = state.personas.filter(one => one.name.toLowerCase().includes(words));
    const list = by("list");
    list.replaceChildren();
    if (personas.length > 0)
        list.append(make("h3", { text: "Made up" }), ...personas.map(readerButton));
    if (state.people.length > 0)
        list.append(make("h3", { text: "Members" }), ...state.people.map(readerButton));
    if (list.childElementCount === 0)
        list.append(make("p", { class: "none", text: words ? "Nobody has this in a name, address or tag." : "There is nobody yet." }));
    // One stop for the Tab key; the arrows go on from there.
    if (!list.querySelector("button[tabindex='0']")) list.querySelector("button")?.setAttribute("tabindex", "0");
    if (focused) list.querySelector(`[data-id="${CSS.escape(focused)}"]`)?.focus();
}

async function search() {
    const words = by("search").value.trim();
    try {
        state.people = await askJson("people", { q: words });
        state.known = Object.assign(state.known || {}, Object.fromEntries(state.people.map(one => [one.id, one])));
    } catch { state.people = []; }
    drawList();
}

function choose(id) {
    active().reader = id;
    drawList();
    drawStage();
    draw();
    remember();
}

function step(by_) {
    const buttons = [...by("list").querySelectorAll("button")];
    const at = buttons.findIndex(button => button.dataset.id === active().reader);
    const next = buttons[Math.max(0, Math.min(buttons.length - 1, at + by_))];
    if (next) { choose(next.dataset.id); by("list").querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" }); }
}

// ---- what is shown

const shown = name => tools.elements[name].type === "checkbox" ? tools.elements[name].checked : tools.elements[name].value;

function remember() {
    const settings = new URLSearchParams();
    for (const name of ["part", "width", "scheme"]) settings.set(name, shown(name));
    for (const name of ["images", "marks", "compare"]) settings.set(name, shown(name) ? "on" : "off");
    state.panes.forEach((pane, index) => settings.set("reader" + index, pane.reader));
    history.replaceState(null, "", "#" + settings);
}

function recall() {
    const settings = new URLSearchParams(location.hash.slice(1));
    for (const name of ["part", "width", "scheme"])
        if (settings.has(name)) tools.elements[name].value = settings.get(name);
    for (const name of ["images", "marks", "compare"])
        if (settings.has(name)) tools.elements[name].checked = settings.get(name) === "on";
    return [settings.get("reader0"), settings.get("reader1")];
}

function frameAddress(pane) {
    const on = truth => truth ? "on" : "off";
    return "mail?" + new URLSearchParams({
        reader: pane.reader, dark: on(shown("scheme") === "dark"), images: on(shown("images")), marks: on(shown("marks")),
        v: state.version
    });
}

// The new frame takes the old one's place when it has loaded, so that nothing flickers.
function drawFrame(pane) {
    const address = frameAddress(pane);
    const before = pane.sheet.querySelector("iframe:not(.coming)");
    if (before && before.getAttribute("src") === address) return;
    pane.sheet.querySelectorAll(".coming").forEach(frame => frame.remove());
    if (!before) pane.sheet.replaceChildren();
    const frame = make("iframe", { sandbox: "", src: address, title: "The mail as " + nameOf(pane.reader) + " sees it", class: "coming", referrerpolicy: "no-referrer" });
    frame.addEventListener("load", () => {
        pane.sheet.querySelectorAll("iframe").forEach(other => other !== frame && other.remove());
        frame.classList.remove("coming");
        document.documentElement.dataset.shown = state.version;
    }, { once: true });
    pane.sheet.append(frame);
}

// `broadside plan` in a message is code on the page.
function prose(words) {
    return words.split("`").map((piece, index) => index % 2 ? make("code", { text: piece }) : piece);
}

// A line of a file as an editor shows it, with a mark below the place.
function sourceLines(found) {
    const marked = found.source.replace(/\t/g, " ");
    return `${String(found.line).padStart(4)} │ ${marked}\n     │ ${" ".repeat(Math.max(0, found.column - 1))}^`;
}

function mistake(pane) {
    const found = pane.message;
    if (!state.composed)
        return make("div", { class: "blank" }, make("h3", { text: "Nothing to show yet" }),
            make("p", { text: "The mail appears here as soon as the campaign is sound. The findings say what is missing." }));
    return make("div", { class: "broken", tabindex: "0" },
        make("h3", { text: "This reader would not get it" }), make("p", {}, ...prose(found.message)),
        found.path && make("p", { class: "place", text: `${found.path}:${found.line}:${found.column}` }),
        found.source && make("pre", { text: sourceLines(found) }));
}

// RFC 2047: what a mail program shows for =?UTF-8?Q?Mar=C3=ADa?=. All of ours are UTF-8.
function decoded(value) {
    const bytes = (kind, text) => /b/i.test(kind) ? atob(text)
        : text.replace(/_/g, " ").replace(/=([0-9A-F]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
    const joined = value.replace(/(\?=)\s+(?==\?)/g, "$1");
    return joined.replace(/(=\?UTF-8\?[BQ]\?[^?]*\?=)+/gi, words => {
        const all = [...words.matchAll(/=\?UTF-8\?([BQ])\?([^?]*)\?=/gi)].map(word => bytes(word[1], word[2])).join("");
        return new TextDecoder().decode(Uint8Array.from(all, letter => letter.charCodeAt(0)));
    });
}

function fieldRows(caption, fields) {
    return make("table", {}, make("caption", { text: caption }), make("tbody", {}, ...fields.map(field => {
        const plain = decoded(field.value);
        return make("tr", {}, make("th", { scope: "row", text: field.name }),
            make("td", {}, field.value, plain !== field.value && make("span", { class: "decoded", text: plain })));
    })));
}

function headerTable(message) {
    const envelope = [{ name: "MAIL FROM", value: message.envelope_from }, { name: "RCPT TO", value: message.envelope_to }];
    return make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Envelope and header fields" },
        fieldRows("Envelope: what the relay is told", envelope), fieldRows("Header: what the message says", message.headers));
}

async function drawRaw(pane) {
    const raw = await (await ask("raw", { reader: pane.reader })).text();
    pane.sheet.replaceChildren(make("pre", { class: "raw", tabindex: "0", text: raw }),
        make("a", { class: "save", href: "raw?" + new URLSearchParams({ reader: pane.reader, save: "on" }), text: "Save .eml" }));
}

const parts = {
    html: pane => drawFrame(pane),
    text: pane => pane.sheet.replaceChildren(make("pre", { tabindex: "0", text: pane.message.text })),
    headers: pane => pane.sheet.replaceChildren(headerTable(pane.message)),
    raw: pane => drawRaw(pane),
};

async function drawPane(pane) {
    const part = shown("part");
    pane.sheet.dataset.width = part === "html" ? shown("width") : "desktop";
    pane.sheet.dataset.scheme = part === "html" ? shown("scheme") : "light";
    if (part === "html") drawFrame(pane);
    const asked = pane.reader;
    pane.message = await askJson("message", { reader: asked });
    if (asked !== pane.reader) return;
    if (!pane.message.ok) pane.sheet.replaceChildren(mistake(pane));
    else if (part !== "html") await parts[part](pane);
}

function drawInbox(message) {
    const texts = message.ok ? [message.from_name, message.subject, message.snippet] : ["", message.message, ""];
    ["from", "subject", "snippet"].forEach((what, index) => {
        by("gmail-" + what).textContent = texts[index];
        by("phone-" + what).textContent = texts[index];
    });
}

function drawMeter(message) {
    const bytes = message.ok ? message.html_bytes : 0;
    by("meter").dataset.state = bytes > clip ? "over" : bytes > clip * .8 ? "near" : "well";
    by("meter-value").textContent = (bytes / 1024).toFixed(1) + " KB";
    by("meter-fill").style.width = Math.min(100, bytes / clip * 100) + "%";
    by("meter-track").setAttribute("aria-valuenow", (bytes / 1024).toFixed(1));
}

// "campaigns/a.yaml:3:5, 9:12; templates/a.html:4:1": each file is named once.
function placesOf(places) {
    const files = new Map();
    for (const { path, line, column } of places) files.set(path, [...(files.get(path) || []), `${line}:${column}`]);
    return [...files].map(([path, at]) => path + ":" + at.join(", ")).join("; ");
}

// A value is told once, with every place that shows it.
function drawFields(message) {
    const values = new Map();
    for (const field of message.ok ? message.fields : []) {
        const key = [field.name, field.value, field.from].join("\n");
        if (!values.has(key)) values.set(key, { ...field, places: [] });
        values.get(key).places.push(field);
    }
    by("field-count").textContent = values.size || "";
    by("fields").replaceChildren(values.size === 0 ? make("p", { class: "all-good", text: "Nothing is merged into this mail." }) :
        make("dl", {}, ...[...values.values()].map(value => make("div", { class: "field" },
            make("dt", { text: value.name }), make("dd", { text: value.value || "(nothing)" }),
            make("dd", { class: "from", text: "from " + value.from }), make("dd", { class: "place", text: placesOf(value.places) })))));
}

async function draw() {
    document.querySelectorAll(".for-html").forEach(node => { node.hidden = shown("part") !== "html"; });
    try {
        await Promise.all(state.panes.map(drawPane));
        drawInbox(active().message);
        drawMeter(active().message);
        drawFields(active().message);
        document.documentElement.dataset.drawn = state.version;
    } catch { say("Stopped", "lost"); }
}

function makePane(reader) {
    const pane = { reader };
    pane.sheet = make("div", { class: "sheet" });
    pane.name = make("button", { type: "button", title: "Choose a reader for this side", on: { click: () => activate(pane) } });
    pane.node = make("div", { class: "pane" }, make("div", { class: "pane-head" }, pane.name), pane.sheet);
    return pane;
}

function activate(pane) {
    state.active = state.panes.indexOf(pane);
    drawStage();
    drawList();
    draw();
}

// A frame that is moved loads anew: panes stay where they are, unless there are more or fewer of them.
function drawStage() {
    const wanted = shown("compare") ? 2 : 1;
    while (state.panes.length < wanted) {
        const other = everyone().find(one => one.id !== state.panes[0].reader) || { id: state.panes[0].reader };
        state.panes.push(makePane(state.second || other.id));
    }
    state.panes.splice(wanted).forEach(pane => pane.node.remove());
    state.active = Math.min(state.active, wanted - 1);
    for (const [index, pane] of state.panes.entries()) {
        if (!pane.node.isConnected) by("stage").append(pane.node);
        pane.node.firstChild.hidden = wanted === 1;
        pane.name.textContent = nameOf(pane.reader);
        pane.name.setAttribute("aria-pressed", String(index === state.active));
    }
}

// ---- findings

const placeOf = found => found.path ? `${found.path}${found.line ? `:${found.line}:${found.column}` : ""}: ` : "";

function findingCard(found) {
    return make("article", { class: "finding", "data-severity": found.severity },
        make("div", { class: "finding-head" }, make("span", { class: "badge", text: found.severity }), make("code", { text: found.rule })),
        make("p", {}, ...prose(found.remedy ? found.message.replace("; " + found.remedy, "") : found.message)),
        found.reason && make("p", { class: "why" }, ...prose(found.reason[0].toUpperCase() + found.reason.slice(1) + ".")),
        found.remedy && make("p", { class: "remedy" }, ...prose(found.remedy)),
        found.path && make("p", { class: "place", text: found.path + (found.line ? `:${found.line}:${found.column}` : "") }),
        found.source && make("pre", { tabindex: "0", "aria-label": "The line", text: found.source.trim() }));
}

function drawFindings(findings) {
    const count = by("finding-count");
    count.textContent = findings.length || "";
    count.dataset.worst = findings[0]?.severity || "";
    by("findings").replaceChildren(...(findings.length ? findings.map(findingCard) : [make("p", { class: "all-good", text: "Nothing to find fault with." })]));
}

function drawBanner(now) {
    const first = now.findings.find(found => found.severity === "error");
    by("banner").hidden = !now.broken;
    if (!now.broken) return;
    const more = now.findings.filter(found => found.severity === "error").length - 1;
    by("banner-title").textContent = (more > 0 ? `${more + 1} mistakes` : "A mistake") +
        (now.composed ? "; below is the last version without " + (more > 0 ? "them" : "it") : "");
    by("banner-words").replaceChildren(...(first ? [placeOf(first), ...prose(first.message)] : []));
    by("banner-source").hidden = !first?.source;
    by("banner-source").textContent = first?.source ? sourceLines(first) : "";
}

// ---- keeping up

async function load() {
    const now = await askJson("state");
    state.version = now.version;
    state.personas = now.personas;
    state.composed = now.composed;
    document.title = (now.broken ? "✗ " : "") + (now.campaign ? now.campaign.title : now.path) + " – Broadside";
    by("title").textContent = now.campaign ? now.campaign.title : now.path;
    by("subtitle").textContent = now.path + (now.campaign ? ` · ${now.campaign.kind}` : "") + (now.members ? ` · ${now.selected.toLocaleString("en")} of ${now.members.toLocaleString("en")} members` : "");
    say(now.broken ? "Mistake" : "Live", now.broken ? "broken" : "live");
    drawFindings(now.findings);
    drawBanner(now);
    if (state.panes.length === 0) await begin(now.first);
    else if (now.composed) { draw(); search(); }
    document.documentElement.dataset.version = now.version;
}

async function begin(wanted) {
    const [first, second] = recall();
    await search();
    state.second = second;
    state.panes = [makePane(first || wanted || everyone()[0]?.id || "p:no name")];
    drawList();
    drawStage();
    await draw();
}

async function watch() {
    for (;;) {
        try {
            const now = await askJson("changes", { since: state.version });
            if (now.version !== state.version) await load();
        } catch {
            say("Stopped", "lost");
            await new Promise(done => setTimeout(done, 1000));
            try { if ((await askJson("version")).version !== undefined) await load(); } catch { /* still gone */ }
        }
    }
}

// ---- hands

function pickTab(tab) {
    for (const other of document.querySelectorAll("[role=tab]")) {
        const picked = other === tab;
        other.setAttribute("aria-selected", String(picked));
        other.tabIndex = picked ? 0 : -1;
        by(other.getAttribute("aria-controls")).hidden = !picked;
    }
}

document.querySelectorAll("[role=tab]").forEach(tab => {
    tab.addEventListener("click", () => pickTab(tab));
    tab.addEventListener("keydown", event => {
        if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
        const other = tab.nextElementSibling || tab.previousElementSibling;
        pickTab(other);
        other.focus();
    });
});

tools.addEventListener("change", () => { drawStage(); drawList(); draw(); remember(); });
tools.addEventListener("submit", event => event.preventDefault());
let typing;
by("search").addEventListener("input", () => { clearTimeout(typing); typing = setTimeout(search, 80); });
by("list").addEventListener("keydown", event => {
    const buttons = [...by("list").querySelectorAll("button")], at = buttons.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (to === undefined) return;
    buttons[to]?.focus();
    event.preventDefault();
});
by("search").addEventListener("keydown", event => {
    if (event.key === "ArrowDown") { by("list").querySelector("button")?.focus(); event.preventDefault(); }
    if (event.key !== "Enter") return;
    event.preventDefault();
    clearTimeout(typing);
    search().then(() => by("list").querySelector("button")?.click());
});
document.addEventListener("keydown", event => {
    if (event.target.matches("input[type=search]") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/") { by("search").focus(); event.preventDefault(); }
    if (event.key === "j") step(1);
    if (event.key === "k") step(-1);
});

load().catch(() => say("Stopped", "lost")).then(watch);
