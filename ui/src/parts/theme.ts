// Which set of colours is worn; the tokens of each stand in base.css under `[data-theme]`.
import { ref } from "vue";

export const THEMES = ["light", "dark", "contrast"] as const;
export type Theme = (typeof THEMES)[number];
const STORED = "theme";

export const theme = ref<Theme>(THEMES.find((name) => name === localStorage.getItem(STORED)) ?? "light");

export function wear(name: Theme): void {
  theme.value = name;
  localStorage.setItem(STORED, name);
  document.documentElement.dataset["theme"] = name;
}
