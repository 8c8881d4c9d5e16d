import { expect, test } from "vitest";
import type { BoardTotals } from "../../api/generated";
import { contactOf, daysOf, itemsOf, sumOf } from "./board";

const NOW = 1_800_000_000_000;
const MINUTE = 60_000;
const totals = (visits: number): BoardTotals => ({
  visits,
  visitors: visits - 1,
  basic: 3,
  added: 2,
  party: 1,
  self_counter: 0,
  backfill: 0,
});

test.each([
  ["contact_now", 0, 1, false],
  ["contact_minutes", 59, 59, false],
  ["contact_hours", 23, 23 * 60 + 59, false],
  ["contact_days", 1, 24 * 60, true],
  ["contact_days", 3, 3 * 24 * 60 + 5, true],
])("a station that spoke %s %s ago", (key, n, minutes, isLate) =>
  expect(contactOf(NOW - minutes * MINUTE, NOW)).toEqual({ key, n, isLate }),
);

test("a hub whose clock is ahead does not make a station speak in the future", () =>
  expect(contactOf(NOW + 5 * MINUTE, NOW).key).toBe("contact_now"));

test("a station that never spoke is not late, it has not begun", () =>
  expect(contactOf(null, NOW)).toEqual({ key: "contact_never", n: 0, isLate: false }));

test("a month has its own last day", () => {
  expect(daysOf("2026-02")).toEqual({ from_on: "2026-02-01", to_on: "2026-02-28" });
  expect(daysOf("2028-02").to_on).toBe("2028-02-29");
  expect(daysOf("2026-12").to_on).toBe("2026-12-31");
});

test("sums are of every figure", () => {
  expect(sumOf([totals(5), totals(7)])).toEqual({ ...totals(12), visitors: 10, basic: 6, added: 4, party: 2 });
  expect(itemsOf(sumOf([totals(5), totals(7)]))).toBe(12);
});
