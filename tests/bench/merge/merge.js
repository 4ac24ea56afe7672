// Bench: the same templates and members through Mustache.js: both parts, to strings, no message around.
//
//     node merge.js FOLDER-WITH-node_modules HTML TEXT SECONDS
const fs = require("fs");
const path = require("path");
const mustache = require(path.join(path.resolve(process.argv[2]), "node_modules", "mustache"));
const templates = [fs.readFileSync(process.argv[3], "utf8"), fs.readFileSync(process.argv[4], "utf8")];
const seconds = Number(process.argv[5]);
const counties = ["Alameda", "Fresno", "Los Angeles", "Tulare"];

function member(n) {
  const organization = n % 5 === 0;
  const fields = { email: `member${n}@example.org`, last_name: "Núñez", county: counties[n % 4],
                   unsubscribe_url: `https://lists.sender.example/u/aed${n}`,
                   sender: { name: "The Children's Movement of California",
                             postal_address: "1 Example Way, Oakland, CA 94607" },
                   districts: 63, pathways: 850, action_url: "https://sender.example/act",
                   is: organization ? { organization: true } : { individual: true }, has: { county: true } };
  if (n % 7 !== 0) { fields.first_name = `Mar${n}a`; fields.has.first_name = true; }
  if (organization) fields.organization = `Friends & Families of ${n}`;
  return fields;
}

const members = Array.from({ length: 1000 }, (_, n) => member(n));
templates.forEach((template) => mustache.parse(template));
let count = 0, bytes = 0;
const start = process.hrtime.bigint();
let took = 0;
while (took < seconds) {
  for (const fields of members)
    for (const template of templates) bytes += mustache.render(template, fields).length;
  count += members.length;
  took = Number(process.hrtime.bigint() - start) / 1e9;
}
console.log(JSON.stringify({ messages: count, bytes_each: Math.round(bytes / count),
                             messages_a_second: Math.round(count / took),
                             gb_a_second: Number((bytes / took / 1e9).toFixed(3)) }));
