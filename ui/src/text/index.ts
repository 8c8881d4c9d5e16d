// Every sentence for people, in two languages; zh-CN is the source.
import { createI18n } from "vue-i18n";
import en from "./en.json";
import zh from "./zh-CN.json";

export type Language = "zh-CN" | "en";
const STORED = "language";
const first: Language = localStorage.getItem(STORED) === "en" ? "en" : "zh-CN";

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
