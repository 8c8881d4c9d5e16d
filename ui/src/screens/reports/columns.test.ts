import { expect, test } from "vitest";
import type { ReportRow } from "../../api/generated";
import { COLUMNS, cutsOf, figureOf, toRegisterQuery } from "./columns";

const counts = { "01": 5, "02": 4, "03": 3, "04": 2, "05": 7, "06": 1, "07": 2, "12": 6, "14": 1 };
const row: ReportRow = {
  starts_on: "2026-03-16",
  by_type: Object.entries(counts).map(([visitor_type, visit_count]) => ({ visitor_type, visit_count })),
  visit_count: 31,
  visitor_count: 8,
  basic_count: 40,
  added_count: 9,
  party_count: 3,
  self_counter_count: 6,
  backfill_count: 2,
  year_on_year: null,
  period_on_period: 125,
};
const typeColumns = COLUMNS.slice(0, 7);

test("the columns by type add up to the visits, the station's own types included", () => {
  const figures = typeColumns.map((column) => figureOf(column, row));
  expect(figures).toEqual([5, 4, 3, 2, 1, 9, 7]);
  expect(figures.reduce((a, b) => a + b)).toBe(row.visit_count);
});

test("a figure of several types opens each of them that came", () => {
  expect(cutsOf("other_new", row)).toEqual([{ visitor_type: "05" }, { visitor_type: "07" }]);
  const quiet = { ...row, by_type: [{ visitor_type: "05", visit_count: 0 }] };
  expect(cutsOf("other_new", quiet)).toEqual([]);
});

test.each([
  ["rider", [{ visitor_type: "01" }]],
  ["visits", [{}]],
  ["visitors", [{ is_registered: true }]],
  ["party", [{ dimension: "party" }]],
  ["self_counter", [{ channel: "self" }, { channel: "counter" }]],
  ["backfill", [{ channel: "backfill" }]],
] as const)("%s opens its lines", (column, cuts) => expect(cutsOf(column, row)).toEqual(cuts));

test("what a cut does not name is not asked for", () =>
  expect(toRegisterQuery({ from_on: "2026-03-16", to_on: "2026-03-16" }, { hour: 12 }, null)).toEqual({
    from_on: "2026-03-16",
    to_on: "2026-03-16",
    visitor_type: null,
    channel: null,
    dimension: null,
    hour: 12,
    is_registered: null,
    after: null,
  }));
