// Every sentence for people, in two languages; zh-CN is the source. One file per noun, its name the first part of the key.
import { createI18n } from "vue-i18n";

export type Language = "zh-CN" | "en";
type Tree = { [key: string]: string | Tree };
const STORED = "language";
const first: Language = localStorage.getItem(STORED) === "en" ? "en" : "zh-CN";

const zh = byNoun(import.meta.glob<Tree>("./zh-CN/*.json", { eager: true, import: "default" }));
const en = byNoun(import.meta.glob<Tree>("./en/*.json", { eager: true, import: "default" }));

export const i18n = createI18n({
  legacy: false,
  locale: first,
  fallbackLocale: "zh-CN",
  messages: { "zh-CN": zh, en },
});

export function speak(language: Language): void {
  i18n.global.locale.value = language;
  localStorage.setItem(STORED, language);
  document.documentElement.lang = language;
}

function byNoun(files: Record<string, Tree>): Tree {
  return Object.fromEntries(Object.entries(files).map(([path, tree]) => [path.replace(/^.*\/|\.json$/g, ""), tree]));
}
