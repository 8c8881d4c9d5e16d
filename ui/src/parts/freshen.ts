// What stands in a form while the record behind it changes elsewhere.

/** What nobody touched follows the record; what was typed stays. `before` is what the form was filled with. */
export function freshen<T extends object>(form: T, before: T, now: T): void {
  for (const key of Object.keys(now) as (keyof T)[]) if (isSame(form[key], before[key])) form[key] = now[key];
}

/** The same, and what the form was opened with goes along: of what was typed over, it stays what was on screen then. */
export function reopen<T extends object>(form: T, opened: T, now: T): void {
  for (const key of Object.keys(now) as (keyof T)[])
    if (isSame(form[key], opened[key])) [form[key], opened[key]] = [now[key], structuredClone(now[key])];
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
