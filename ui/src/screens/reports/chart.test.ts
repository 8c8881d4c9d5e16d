import { expect, test } from "vitest";
import type { ReportRow } from "../../api/generated";
import { seriesOf } from "./chart";

const row = { visit_count: 9, basic_count: 5, added_count: 2, party_count: 1 } as ReportRow;

test("items are never drawn into the visits", () => {
  expect(seriesOf("visits", [row]).map((series) => series.values)).toEqual([[9]]);
  expect(seriesOf("services", [row]).map((series) => series.values)).toEqual([[5], [2], [1]]);
});

test("red belongs to the party dimension alone", () =>
  expect(
    [...seriesOf("visits", [row]), ...seriesOf("services", [row])].filter((s) => s.token === "--party-fill"),
  ).toEqual([{ key: "party", token: "--party-fill", values: [1] }]));
