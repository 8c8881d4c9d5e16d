// A week of opening hours as it is edited: parts of a day, each attended or not. Knows the rules of the stored form.
import type { OpeningRule } from "../../api/generated";

export type Part = { opens: string; closes: string; attended: boolean };
/** Monday first. */
export type Week = Part[][];
export type HoursFault = "time" | "overlap" | "empty";

export const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7] as const;
const MIDNIGHT = "00:00";
const DAY_END = "24:00";

export function dayOfParts(opens = "08:00", closes = "20:00"): Part[] {
  return [{ opens, closes, attended: true }];
}

export function sameEveryDay(parts: Part[]): Week {
  return WEEKDAYS.map(() => parts.map((part) => ({ ...part })));
}

export function toRules(week: Week): OpeningRule[] {
  return week.flatMap((parts, i) => parts.map((part) => ({ weekday: i + 1, ...part })));
}

export function toWeek(rules: OpeningRule[]): Week {
  return WEEKDAYS.map((day) =>
    rules
      .filter((rule) => rule.weekday === day)
      .map(({ opens, closes, attended }) => ({ opens, closes, attended }))
      .sort((a, b) => a.opens.localeCompare(b.opens)),
  );
}

export function isSameEveryDay(week: Week): boolean {
  return new Set(week.map((parts) => JSON.stringify(parts))).size === 1;
}

/** "8", "830", "8:30" and their full-width forms become HH:MM; what is no time stays as it was typed. */
export function toTime(text: string): string {
  const plain = text.normalize("NFKC").trim();
  const match = /^(\d{1,2})(?::?(\d{2}))?$/.exec(plain);
  if (!match) return plain;
  return `${match[1]!.padStart(2, "0")}:${match[2] ?? "00"}`;
}

export function isTime(text: string): boolean {
  return /^([01]\d|2[0-3]):[0-5]\d$/.test(text) || text === DAY_END;
}

/** What is wrong with a day by itself; a day without parts is closed and fine, an end before the start is tomorrow's. */
export function faultOfDay(parts: Part[]): HoursFault | null {
  if (parts.some((part) => !isTime(part.opens) || !isTime(part.closes) || part.opens === DAY_END)) return "time";
  return overlap(spansOf(parts, 0)) ? "overlap" : null;
}

/** What is wrong with the week; nights run into the next day, Sunday's into Monday. */
export function faultOfWeek(week: Week): HoursFault | null {
  if (week.every((parts) => parts.length === 0)) return "empty";
  const ofDay = week.map(faultOfDay).find((fault) => fault !== null);
  if (ofDay) return ofDay;
  const spans = week.flatMap(spansOf).sort((a, b) => a[0] - b[0]);
  const again = spans.slice(0, 1).map(([from, to]): Span => [from + 7 * DAY_MIN, to + 7 * DAY_MIN]);
  return overlap([...spans, ...again]) ? "overlap" : null;
}

type Span = [from: number, to: number];
const DAY_MIN = 24 * 60;

function spansOf(parts: Part[], day: number): Span[] {
  return parts.map(({ opens, closes }) => {
    const [from, to] = [minuteOf(opens), minuteOf(closes)];
    return [day * DAY_MIN + from, day * DAY_MIN + (to <= from ? to + DAY_MIN : to)];
  });
}

function minuteOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}

function overlap(spans: Span[]): boolean {
  const sorted = [...spans].sort((a, b) => a[0] - b[0]);
  return sorted.some(([from], i) => i > 0 && from < sorted[i - 1]![1]);
}

/** Open round the clock: what is not attended becomes unattended. */
export function roundTheClock(parts: Part[]): Part[] {
  const attended = parts
    .filter((part) => part.attended && part.opens < part.closes)
    .sort((a, b) => a.opens.localeCompare(b.opens));
  const edges = [MIDNIGHT, ...attended.flatMap((part) => [part.opens, part.closes]), DAY_END];
  const gaps = edges.flatMap((opens, i) =>
    i % 2 === 0 && opens < edges[i + 1]! ? [{ opens, closes: edges[i + 1]!, attended: false }] : [],
  );
  return [...attended, ...gaps].sort((a, b) => a.opens.localeCompare(b.opens));
}

/** A further part after the last one, as long as the day has room. */
export function withFurtherPart(parts: Part[]): Part[] {
  const last = [...parts].sort((a, b) => a.closes.localeCompare(b.closes)).at(-1);
  if (!last) return dayOfParts();
  return last.closes >= DAY_END ? parts : [...parts, { opens: last.closes, closes: DAY_END, attended: false }];
}
