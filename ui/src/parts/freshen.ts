// What stands in a form while the record behind it changes elsewhere.

/** What nobody touched follows the record; what was typed stays. `before` is what the form was filled with. */
export function freshen<T extends object>(form: T, before: T, now: T): void {
  for (const key of Object.keys(now) as (keyof T)[]) if (isSame(form[key], before[key])) form[key] = now[key];
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
