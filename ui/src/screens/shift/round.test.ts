import { expect, test } from "vitest";
import { beginRound, isWalked, resultsOf } from "./round";

test("a round is walked when every point was looked at", () => {
  const round = beginRound(["power", "fire"]);
  expect(isWalked(round)).toBe(false);
  round[0]!.answer = "fine";
  round[1]!.answer = "fine";
  expect(isWalked(round)).toBe(true);
});

test("a fault says what is wrong before the round is over", () => {
  const round = beginRound(["battery"]);
  round[0]!.answer = "fault";
  expect(isWalked(round)).toBe(false);
  round[0]!.note = " a battery charges inside ";
  expect(isWalked(round)).toBe(true);
  expect(resultsOf(round)).toEqual([{ check: "battery", is_fine: false, note: "a battery charges inside" }]);
});

test("nothing to look at is no round", () => expect(isWalked([])).toBe(false));
