import { expect, test } from "vitest";
import { timeOf } from "./useBackfill";

test.each([
  ["905", "09:05"],
  ["0905", "09:05"],
  ["9:05", "09:05"],
  ["23.59", "23:59"],
  ["2460", null],
  ["9", null],
  ["", null],
])("%s on paper is %s", (typed, time) => expect(timeOf(typed)).toBe(time));
