// What the table of staff says about a person's access.
import type { Role, StaffLine } from "../../api/generated";
import { dateOn } from "../../parts/dates";

export type StaffState = "retired" | "expired" | "disabled" | "locked" | "until" | "active";

export const ROLES: Role[] = ["volunteer", "social_worker", "supervisor", "manager", "party_adviser", "system_admin"];
const PIN_TRIES = 5;

export function stateOf(person: StaffLine, today = dateOn(Date.now())): StaffState {
  if (!person.is_active) return "retired";
  if (person.valid_until_on && person.valid_until_on < today) return "expired";
  if (person.is_pin_disabled) return "disabled";
  if (person.pin_failures >= PIN_TRIES) return "locked";
  return person.valid_until_on ? "until" : "active";
}
