// Both languages have the same keys, every key that the source names exists, and no Chinese stands outside src/text.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const faults = [];
const nouns = (language) => readdirSync(join("src/text", language));
const load = (language) =>
  nouns(language).flatMap((file) => {
    const tree = JSON.parse(readFileSync(join("src/text", language, file), "utf8"));
    return flatten(tree, `${file.replace(/\.json$/, "")}.`);
  });
function flatten(tree, path) {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === "string" ? [path + key] : flatten(value, `${path}${key}.`),
  );
}
const zh = new Set(load("zh-CN"));
const en = new Set(load("en"));
for (const key of zh) if (!en.has(key)) faults.push(`en lacks ${key}`);
for (const key of en) if (!zh.has(key)) faults.push(`zh-CN lacks ${key}`);
for (const file of nouns("en")) {
  const text = readFileSync(join("src/text/en", file), "utf8").replace(/"language_zh": "[^"]*"/, "");
  if (/[\u4e00-\u9fff]/.test(text)) faults.push(`Chinese left over in en/${file}`);
}

const sources = readdirSync("src", { recursive: true, encoding: "utf8" }).filter(
  (f) => /\.(vue|ts)$/.test(f) && !f.startsWith("text") && !f.endsWith(".test.ts"),
);
for (const file of sources) {
  const source = readFileSync(join("src", file), "utf8");
  for (const [, key] of source.matchAll(/\bt\(\s*"([^"]+)"/g))
    if (!zh.has(key)) faults.push(`${file}: no text for ${key}`);
  if (/[\u4e00-\u9fff]/.test(source)) faults.push(`${file}: Chinese outside src/text`);
}
if (faults.length) {
  console.error(faults.join("\n"));
  process.exit(1);
}
