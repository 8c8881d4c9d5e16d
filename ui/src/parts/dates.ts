// Dates as people read them, in the station's time whatever the computer's zone is.
import { useI18n } from "vue-i18n";

const ZONE = "Asia/Shanghai";
const OFFSET = "+08:00";

export function useDates() {
  const { locale } = useI18n();
  const say = (at: number, shape: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(locale.value, { timeZone: ZONE, hour12: false, ...shape }).format(at);
  const clock = (at: number) => say(at, { hour: "2-digit", minute: "2-digit" });
  const day = (at: number) => say(at, { month: "short", day: "numeric" });
  const weekday = (at: number) => say(at, { weekday: "short" });
  return {
    clock,
    day,
    /** Month, day and time. */
    dayTime: (at: number) => `${day(at)} ${clock(at)}`,
    /** Month, day, weekday and time. */
    now: (at: number) => `${day(at)} ${weekday(at)} ${clock(at)}`,
    /** Day and time, with the year when it is not this one. */
    moment: (at: number) => `${isThisYear(at) ? day(at) : say(at, { dateStyle: "medium" })} ${clock(at)}`,
    /** A date written 2026-03-16 in full, as on paper. */
    long: (on: string) => say(momentOf(on, "12:00"), { dateStyle: "long" }),
    /** Weekday of a date written 2026-03-16. */
    weekdayOf: (on: string) => weekday(momentOf(on, "12:00")),
    /** Month and day of a date written 2026-03-16. */
    dayOf: (on: string) => day(momentOf(on, "12:00")),
  };
}

function isThisYear(at: number): boolean {
  return dateOn(at).slice(0, 4) === dateOn(Date.now()).slice(0, 4);
}

/** The day of the station's calendar, written 2026-03-16. */
export function dateOn(at: number): string {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: ZONE }).format(at);
}

/** Milliseconds of a date and a time of the station's clock. */
export function momentOf(on: string, time: string): number {
  return Date.parse(`${on}T${time}:00${OFFSET}`);
}
