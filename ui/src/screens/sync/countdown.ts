// How long something is still good for, as 14:59.

export function leftOf(expires_at: number, now: number): string | null {
  const left_s = Math.ceil((expires_at - now) / 1000);
  if (left_s <= 0) return null;
  return `${Math.floor(left_s / 60)}:${String(left_s % 60).padStart(2, "0")}`;
}
