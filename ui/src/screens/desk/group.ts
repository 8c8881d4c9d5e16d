// What a number typed before a tile means.
import { GROUP_MAX } from "../../api/generated";

const ASK_ABOVE = 10;

export type Group =
  { kind: "one" } | { kind: "group"; people: number; ask: boolean } | { kind: "search" } | { kind: "too_large" };

/** Four or more digits are always a search, a smaller number is a group, anything else is one person. */
export function groupOf(text: string): Group {
  const digits = text.trim();
  if (digits === "") return { kind: "one" };
  if (!/^\d{1,3}$/.test(digits)) return { kind: "search" };
  const people = Number(digits);
  if (people < 1 || people > GROUP_MAX) return { kind: "too_large" };
  return { kind: "group", people, ask: people > ASK_ABOVE };
}
