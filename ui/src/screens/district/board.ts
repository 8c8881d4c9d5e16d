// What the board says, in the shape of its words: how long ago, how many, which days. Asks nobody and formats no sentence.
import { CircleCheckFilled, Moon, QuestionFilled, WarningFilled } from "@element-plus/icons-vue";
import type { Component } from "vue";
import type { BoardDay, BoardState, BoardTotals, DistrictStation } from "../../api/generated";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** `key` is a text of the noun `district`; `isLate` after a day without a word. */
export type Contact = { key: string; n: number; isLate: boolean };

export function contactOf(at: number | null, now: number): Contact {
  if (at === null) return { key: "contact_never", n: 0, isLate: false };
  const ago = Math.max(0, now - at);
  if (ago < 2 * MINUTE_MS) return { key: "contact_now", n: 0, isLate: false };
  if (ago < HOUR_MS) return { key: "contact_minutes", n: Math.floor(ago / MINUTE_MS), isLate: false };
  if (ago < DAY_MS) return { key: "contact_hours", n: Math.floor(ago / HOUR_MS), isLate: false };
  return { key: "contact_days", n: Math.floor(ago / DAY_MS), isLate: true };
}

/** The tone is a class of `.pill`; `unknown` and `closed` ask for nothing. */
export const STATES: Record<BoardState, { icon: Component; tone: string }> = {
  paused: { icon: WarningFilled, tone: "alarm" },
  open: { icon: CircleCheckFilled, tone: "done" },
  closed: { icon: Moon, tone: "quiet" },
  unknown: { icon: QuestionFilled, tone: "quiet" },
};

export const itemsOf = ({ basic, added, party }: BoardTotals): number => basic + added + party;

export function sumOf(totals: BoardTotals[]): BoardTotals {
  const sum: BoardTotals = { visits: 0, visitors: 0, basic: 0, added: 0, party: 0, self_counter: 0, backfill: 0 };
  for (const one of totals) for (const name of Object.keys(sum) as (keyof BoardTotals)[]) sum[name] += one[name];
  return sum;
}

export const sumOfDays = (days: BoardDay[]): BoardTotals => sumOf(days.map(({ totals }) => totals));

export function waitingAt(station: DistrictStation): number {
  return station.devices.filter((device) => device.is_waiting_for_keys && !device.is_revoked).length;
}

/** First and last day of a month written 2026-02. */
export function daysOf(month: string): { from_on: string; to_on: string } {
  const [year, number] = month.split("-").map(Number) as [number, number];
  const last = new Date(Date.UTC(year, number, 0)).getUTCDate();
  return { from_on: `${month}-01`, to_on: `${month}-${String(last).padStart(2, "0")}` };
}
