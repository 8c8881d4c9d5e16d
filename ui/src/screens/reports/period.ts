// Which days a report covers, and which of them a row stands for. Days are YYYY-MM-DD; weeks begin on Monday.
import dayjs from "dayjs";
import type { ReportQuery, Step } from "../../api/generated";

export const STEPS: Step[] = ["day", "week", "month", "year"];
export type Preset = "today" | "this_week" | "this_month" | "last_month" | "this_year";
export const PRESETS: Preset[] = ["today", "this_week", "this_month", "last_month", "this_year"];
const WEEKS_SHOWN = 12;
const YEARS_SHOWN = 3;
const FORM = "YYYY-MM-DD";

export type Period = { from_on: string; to_on: string };

/** What is looked at most with this step: this month by day, twelve weeks, this year by month, three years. */
export function periodFor(step: Step, today: string): Period {
  const day = dayjs(today);
  const from = {
    day: day.startOf("month"),
    week: mondayOf(day).subtract(WEEKS_SHOWN - 1, "week"),
    month: day.startOf("year"),
    year: day.startOf("year").subtract(YEARS_SHOWN - 1, "year"),
  }[step];
  return { from_on: from.format(FORM), to_on: today };
}

export function periodOf(preset: Preset, today: string): Period {
  const day = dayjs(today);
  const lastMonth = day.subtract(1, "month");
  if (preset === "last_month")
    return { from_on: lastMonth.startOf("month").format(FORM), to_on: lastMonth.endOf("month").format(FORM) };
  const from = {
    today: day,
    this_week: mondayOf(day),
    this_month: day.startOf("month"),
    this_year: day.startOf("year"),
  }[preset];
  return { from_on: from.format(FORM), to_on: today };
}

/** The days a row stands for: never more than the period asked for. */
export function rowPeriod(query: ReportQuery, startsOn: string | null): Period {
  const { from_on, to_on, step } = query;
  if (startsOn === null) return { from_on, to_on };
  const start = dayjs(startsOn);
  const last = step === "week" ? start.add(6, "day") : start.endOf(step);
  const end = last.format(FORM);
  return { from_on: startsOn < from_on ? from_on : startsOn, to_on: end > to_on ? to_on : end };
}

export function isInOrder({ from_on, to_on }: Period): boolean {
  return from_on !== "" && to_on !== "" && from_on <= to_on;
}

/** What a row is called: a day with its weekday, a week by its ends, a month and a year by name. */
export function rowName(query: ReportQuery, startsOn: string, locale: string): string {
  const { from_on, to_on } = rowPeriod(query, startsOn);
  const show = (on: string, options: Intl.DateTimeFormatOptions) =>
    new Date(`${on}T00:00:00Z`).toLocaleDateString(locale, { ...options, timeZone: "UTC" });
  const short = { month: "short", day: "numeric" } as const;
  if (query.step === "year") return show(startsOn, { year: "numeric" });
  if (query.step === "month") return show(startsOn, { year: "numeric", month: "short" });
  if (query.step === "week") return `${show(from_on, short)}–${show(to_on, short)}`;
  return show(startsOn, { ...short, weekday: "short" });
}

function mondayOf(day: dayjs.Dayjs): dayjs.Dayjs {
  return day.subtract((day.day() + 6) % 7, "day");
}
