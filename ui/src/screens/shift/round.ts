// The round through the station when it opens, changes hands or closes: everything is looked at, a fault says what is wrong.
import type { CheckResult } from "../../api/generated";

export type Round = { check: string; answer: "fine" | "fault" | ""; note: string }[];

export const beginRound = (names: string[]): Round => names.map((check) => ({ check, answer: "", note: "" }));

export const isWalked = (round: Round) =>
  round.length > 0 &&
  round.every(({ answer, note }) => answer === "fine" || (answer === "fault" && note.trim() !== ""));

export function resultsOf(round: Round): CheckResult[] {
  return round.map(({ check, answer, note }) => ({
    check,
    is_fine: answer === "fine",
    note: answer === "fault" ? note.trim() : null,
  }));
}
