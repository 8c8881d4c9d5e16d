// What the chart of R02 shows: arrivals in one series, or items in three; told by pattern and label, not by colour alone.
import type { ReportRow } from "../../api/generated";

export type ChartKind = "visits" | "services";
export type Series = { key: "visits" | "basic" | "added" | "party"; token: string; values: number[] };

export function seriesOf(kind: ChartKind, rows: ReportRow[]): Series[] {
  if (kind === "visits") return [{ key: "visits", token: "--honey", values: rows.map((row) => row.visit_count) }];
  return [
    { key: "basic", token: "--basic-fill", values: rows.map((row) => row.basic_count) },
    { key: "added", token: "--added-fill", values: rows.map((row) => row.added_count) },
    { key: "party", token: "--party-fill", values: rows.map((row) => row.party_count) },
  ];
}
