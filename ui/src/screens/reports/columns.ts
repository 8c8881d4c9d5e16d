// The columns of R02 (domain/08): their figures, and the lines of the register each of them opens.
import type { RegisterQuery, ReportRow } from "../../api/generated";
import type { Period } from "./period";

export const COLUMNS = [
  "rider",
  "courier",
  "ride_hailing",
  "truck",
  "streamer",
  "other_new",
  "other_groups",
  "visits",
  "visitors",
  "basic",
  "added",
  "party",
  "self_counter",
  "backfill",
] as const;
export type Column = (typeof COLUMNS)[number];

/** One way to cut the register; a figure that joins several types or channels opens one of them at a time. */
export type Cut = Partial<Pick<RegisterQuery, "visitor_type" | "channel" | "dimension" | "hour" | "is_registered">>;

const NAMED: Partial<Record<Column, string>> = {
  rider: "01",
  courier: "02",
  ride_hailing: "03",
  truck: "04",
  streamer: "06",
};
/** 05 and 07 are new forms of work without a column; everybody else, the station's own types too, are other groups. */
const OTHER_NEW = ["05", "07"];

function columnOf(visitorType: string): Column {
  const named = COLUMNS.find((column) => NAMED[column] === visitorType);
  return named ?? (OTHER_NEW.includes(visitorType) ? "other_new" : "other_groups");
}

function typesIn(column: Column, row: ReportRow): { visitor_type: string; visit_count: number }[] {
  return row.by_type.filter(({ visitor_type }) => columnOf(visitor_type) === column);
}

export function figureOf(column: Column, row: ReportRow): number {
  switch (column) {
    case "visits":
      return row.visit_count;
    case "visitors":
      return row.visitor_count;
    case "basic":
      return row.basic_count;
    case "added":
      return row.added_count;
    case "party":
      return row.party_count;
    case "self_counter":
      return row.self_counter_count;
    case "backfill":
      return row.backfill_count;
    default:
      return typesIn(column, row).reduce((sum, type) => sum + type.visit_count, 0);
  }
}

/** The cuts that together are the figure; the first is shown first. */
export function cutsOf(column: Column, row: ReportRow): Cut[] {
  switch (column) {
    case "visits":
      return [{}];
    case "visitors":
      return [{ is_registered: true }];
    case "basic":
    case "added":
    case "party":
      return [{ dimension: column }];
    case "self_counter":
      return [{ channel: "self" }, { channel: "counter" }];
    case "backfill":
      return [{ channel: "backfill" }];
    default: {
      const types = typesIn(column, row).filter(({ visit_count }) => visit_count > 0);
      return types.map(({ visitor_type }) => ({ visitor_type }));
    }
  }
}

export function toRegisterQuery(period: Period, cut: Cut, after: string | null): RegisterQuery {
  return {
    ...period,
    visitor_type: cut.visitor_type ?? null,
    channel: cut.channel ?? null,
    dimension: cut.dimension ?? null,
    hour: cut.hour ?? null,
    is_registered: cut.is_registered ?? null,
    after,
  };
}
