// Days and times as people here read them: the station's time is UTC+8, whatever the PC says.
const ZONE = "Asia/Shanghai";
const OFFSET_MS = 8 * 60 * 60 * 1000;

/** The day of an instant as YYYY-MM-DD. */
export function dayOf(at: number): string {
  return new Date(at + OFFSET_MS).toISOString().slice(0, 10);
}

/** Month, day and minute, with the year when it is another one. */
export function momentOf(at: number, locale: string, now = Date.now()): string {
  const isThisYear = dayOf(at).slice(0, 4) === dayOf(now).slice(0, 4);
  return new Date(at).toLocaleString(locale, {
    year: isThisYear ? undefined : "numeric",
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hour12: false,
    timeZone: ZONE,
  });
}

/** "14:05". */
export function clockOf(at: number): string {
  return new Date(at + OFFSET_MS).toISOString().slice(11, 16);
}

/** The long form of a YYYY-MM-DD. */
export function dateOf(on: string, locale: string): string {
  return new Date(`${on}T00:00:00+08:00`).toLocaleDateString(locale, { dateStyle: "long", timeZone: ZONE });
}
