import { expect, test } from "vitest";
import { leftOf } from "./countdown";

test.each([
  [15 * 60_000, "15:00"],
  [14 * 60_000 + 59_001, "15:00"],
  [61_000, "1:01"],
  [1, "0:01"],
  [0, null],
  [-5_000, null],
])("%i ms before its end an invitation reads %s", (left_ms, said) =>
  expect(leftOf(1_000_000 + left_ms, 1_000_000)).toBe(said),
);
