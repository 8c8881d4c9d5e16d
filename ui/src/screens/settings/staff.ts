// What the table of staff says about a person's access.
import type { Role, StaffLine } from "../../api/generated";
import { dateOn } from "../../parts/dates";
import { GROUPS } from "../sealed/recoveryGroups";

export type StaffState = "retired" | "expired" | "disabled" | "locked" | "until" | "active";

const STATION_ROLES: Role[] = ["volunteer", "social_worker", "supervisor", "manager", "party_adviser", "system_admin"];
const OFFICE_ROLES: Role[] = ["district_officer", "district_supervisor"];
const PIN_TRIES = 5;

/** Nobody of a station works at a desk of the district's office, nor the other way round. */
export function rolesAt(isDistrict: boolean): Role[] {
  return isDistrict ? OFFICE_ROLES : STATION_ROLES;
}

export function stateOf(person: StaffLine, today = dateOn(Date.now())): StaffState {
  if (!person.is_active) return "retired";
  if (person.valid_until_on && person.valid_until_on < today) return "expired";
  if (person.is_pin_disabled) return "disabled";
  if (person.pin_failures >= PIN_TRIES) return "locked";
  return person.valid_until_on ? "until" : "active";
}

/** Nobody who gives passwords holds the Party key: behind a Party adviser's password only the recovery key puts it. */
export function needsRecovery(role: Role): boolean {
  return role === "party_adviser";
}

export const noGroups = (): string[] => Array<string>(GROUPS).fill("");

/** The typed key as it is sent: nothing where it is not asked for or was left empty. */
export function recoveryOf(role: Role, groups: string[]): { recovery?: string[] } {
  return needsRecovery(role) && groups.some((group) => group !== "") ? { recovery: groups } : {};
}

/** A password that does not open all that the role may. */
export function lacksKeys(person: StaffLine): boolean {
  return person.is_active && person.has_password && !person.has_all_keys;
}
