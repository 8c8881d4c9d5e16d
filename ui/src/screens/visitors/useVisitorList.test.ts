import { expect, test } from "vitest";
import { CARDS_MAX, toggled } from "./useVisitorList";

test("a second press takes a person out again", () => {
  expect(toggled(["a"], "b")).toEqual(["a", "b"]);
  expect(toggled(["a", "b"], "a")).toEqual(["b"]);
});

test("no more cards at once than ten sheets hold", () => {
  const full = Array.from({ length: CARDS_MAX }, (_, i) => String(i));
  expect(toggled(full, "one more")).toHaveLength(CARDS_MAX);
  expect(toggled(full, "3")).toHaveLength(CARDS_MAX - 1);
});
