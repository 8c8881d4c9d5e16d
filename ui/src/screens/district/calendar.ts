// Which days a span names. Asks nobody.

/** The longest holiday of the country has eight days, and a weekend may stand at each end. */
export const SPAN_MAX_DAYS = 16;

/** Every day from the first to the last, or nothing when that is no span or too long a one. */
export function daysBetween(from_on: string, to_on: string): string[] {
  const [from, to] = [Date.parse(`${from_on}T00:00:00Z`), Date.parse(`${to_on || from_on}T00:00:00Z`)];
  const count = (to - from) / 86_400_000 + 1;
  if (!Number.isInteger(count) || count < 1 || count > SPAN_MAX_DAYS) return [];
  return Array.from({ length: count }, (_, i) => new Date(from + i * 86_400_000).toISOString().slice(0, 10));
}
