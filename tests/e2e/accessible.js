// What is unkind about a page, found from what the browser computed: contrast, names, sizes, references. One string a fault.
// WCAG 2.2: 1.4.3 and 1.4.11 contrast, 1.3.1 and 4.1.2 structure and names, 1.4.10 reflow, 2.5.8 target size.
const faults = [];
const brief = node => node.tagName.toLowerCase() + (node.id ? "#" + node.id : "") + " " + (node.textContent || node.name || "").trim().slice(0, 40);
const isShown = node => node.getClientRects().length > 0 && getComputedStyle(node).visibility !== "hidden" && !node.closest(".hidden, script, style");

// ---- contrast
const numbers = colour => colour.match(/[\d.]+/g).map(Number);
const channel = value => (value /= 255) <= .04045 ? value / 12.92 : ((value + .055) / 1.055) ** 2.4;
const light = colour => .2126 * channel(colour[0]) + .7152 * channel(colour[1]) + .0722 * channel(colour[2]);
const ratio = (one, other) => (Math.max(light(one), light(other)) + .05) / (Math.min(light(one), light(other)) + .05);
const ground = node => {
    for (; node; node = node.parentElement) {
        const colour = numbers(getComputedStyle(node).backgroundColor);
        if (colour.length < 4 || colour[3] === 1) return colour;
    }
    return matchMedia("(prefers-color-scheme: dark)").matches ? [0, 0, 0] : [255, 255, 255];
};
const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (texts.nextNode()) {
    const node = texts.currentNode.parentElement;
    if (!texts.currentNode.textContent.trim() || !isShown(node)) continue;
    const style = getComputedStyle(node), size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    const stands = ratio(numbers(style.color), ground(node));
    if (stands < (large ? 3 : 4.5)) faults.push(`contrast ${stands.toFixed(1)}: ${brief(node)}`);
    if (size < 11) faults.push(`text of ${size} pixels: ${brief(node)}`);
}
for (const node of document.querySelectorAll("input:not([type=radio]):not([type=checkbox])")) {
    const stands = ratio(numbers(getComputedStyle(node).borderTopColor), ground(node.parentElement));
    if (stands < 3) faults.push(`the edge of a field, ${stands.toFixed(1)}: ${brief(node)}`);
}

// ---- names and structure
const named = node => (node.getAttribute("aria-label") || document.getElementById(node.getAttribute("aria-labelledby"))?.textContent ||
    [...(node.labels || [])].map(label => label.textContent).join("") || node.title || node.alt || (node.matches("button, a, [role=tab]") ? node.textContent : "")).trim();
for (const node of document.querySelectorAll("button, input, select, textarea, a[href], iframe, [role=meter], [role=tabpanel], [role=region], [role=tablist], nav, aside, section, form"))
    if (isShown(node) && !named(node)) faults.push("no name: " + node.outerHTML.slice(0, 90));
for (const node of document.querySelectorAll("img:not([alt])")) faults.push("no alt: " + node.outerHTML.slice(0, 90));
for (const node of document.querySelectorAll("fieldset")) if (!node.querySelector("legend")?.textContent.trim()) faults.push("a group without a name");
for (const name of ["aria-controls", "aria-labelledby", "aria-describedby", "for"])
    for (const node of document.querySelectorAll(`[${name}]`))
        if (!document.getElementById(node.getAttribute(name))) faults.push(`${name} of nobody: ${brief(node)}`);
const ids = [...document.querySelectorAll("[id]")].map(node => node.id);
ids.filter((id, at) => ids.indexOf(id) !== at).forEach(id => faults.push("two have the id " + id));
let level = 0;
for (const node of document.querySelectorAll("h1, h2, h3, h4")) {
    const own = Number(node.tagName[1]);
    if (own > level + 1) faults.push(`a heading of level ${own} after ${level}: ${brief(node)}`);
    level = own;
}
if (!document.documentElement.lang) faults.push("no language");
if (!document.title) faults.push("no title");
if (document.querySelectorAll("main").length !== 1 || document.querySelectorAll("h1").length !== 1) faults.push("not one main and one h1");

// ---- sizes
for (const node of document.querySelectorAll("button, input, a[href]:not(.skip)")) {
    const box = (node.closest("label") || node).getBoundingClientRect();
    if (isShown(node) && (box.width < 24 || box.height < 24)) faults.push(`${Math.round(box.width)} × ${Math.round(box.height)} to hit: ${brief(node)}`);
}
const wide = document.documentElement.scrollWidth - innerWidth;
if (wide > 0) faults.push(`the page is ${wide} pixels wider than the window`);
return faults;
