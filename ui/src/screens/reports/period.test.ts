import { expect, test } from "vitest";
import { isInOrder, periodFor, periodOf, rowName, rowPeriod } from "./period";

// 22 March 2026 is a Sunday.
test.each([
  ["day", "2026-03-01"],
  ["week", "2025-12-29"],
  ["month", "2026-01-01"],
  ["year", "2024-01-01"],
] as const)("by %s it begins on %s", (step, from_on) =>
  expect(periodFor(step, "2026-03-22")).toEqual({ from_on, to_on: "2026-03-22" }),
);

test.each([
  ["today", "2026-03-22", "2026-03-22"],
  ["this_week", "2026-03-16", "2026-03-22"],
  ["last_month", "2026-02-01", "2026-02-28"],
  ["this_year", "2026-01-01", "2026-03-22"],
] as const)("%s is %s to %s", (preset, from_on, to_on) =>
  expect(periodOf(preset, "2026-03-22")).toEqual({ from_on, to_on }),
);

test("last month of January is December", () =>
  expect(periodOf("last_month", "2026-01-31")).toEqual({ from_on: "2025-12-01", to_on: "2025-12-31" }));

test("a row never reaches beyond the period", () => {
  const query = { step: "week", from_on: "2026-03-18", to_on: "2026-03-24" } as const;
  expect(rowPeriod(query, "2026-03-16")).toEqual({ from_on: "2026-03-18", to_on: "2026-03-22" });
  expect(rowPeriod(query, "2026-03-23")).toEqual({ from_on: "2026-03-23", to_on: "2026-03-24" });
  expect(rowPeriod(query, null)).toEqual({ from_on: "2026-03-18", to_on: "2026-03-24" });
});

test("a month ends with its last day", () =>
  expect(rowPeriod({ step: "month", from_on: "2026-01-01", to_on: "2026-12-31" }, "2026-02-01").to_on).toBe(
    "2026-02-28",
  ));

test("rows have names in both languages", () => {
  const query = { step: "day", from_on: "2026-03-01", to_on: "2026-03-31" } as const;
  expect(rowName(query, "2026-03-16", "en")).toBe("Mon, Mar 16");
  expect(rowName({ ...query, step: "week" }, "2026-03-16", "en")).toBe("Mar 16–Mar 22");
  expect(rowName({ ...query, step: "month" }, "2026-03-01", "zh-CN")).toBe("2026年3月");
});

test("an end before the start is no period", () => {
  expect(isInOrder({ from_on: "2026-03-02", to_on: "2026-03-01" })).toBe(false);
  expect(isInOrder({ from_on: "", to_on: "2026-03-01" })).toBe(false);
});
