import { expect, test } from "vitest";
import { daysBetween, SPAN_MAX_DAYS } from "./calendar";

test("a span over the end of a month names every day once", () =>
  expect(daysBetween("2026-09-29", "2026-10-02")).toEqual(["2026-09-29", "2026-09-30", "2026-10-01", "2026-10-02"]));

test("without a last day it is one day", () => expect(daysBetween("2026-02-17", "")).toEqual(["2026-02-17"]));

test("what is no span, or longer than any holiday, is none", () => {
  expect(daysBetween("", "")).toEqual([]);
  expect(daysBetween("2026-02-17", "2026-02-16")).toEqual([]);
  expect(daysBetween("2026-01-01", "2026-01-16")).toHaveLength(SPAN_MAX_DAYS);
  expect(daysBetween("2026-01-01", "2026-01-17")).toEqual([]);
});
