// What the guided set-up holds and when a page of it may be left. Sends nothing.
import type { Failure, OpeningBalance, StationFound, StationLevel } from "../../api/generated";
import { type Week, dayOfParts, faultOfWeek, sameEveryDay, toRules } from "../station/openingHours";

export const LEVELS: StationLevel[] = ["basic", "standard", "core"];
export const INDICATORS = ["visit_count", "problem_count"] as const;
export type Indicator = (typeof INDICATORS)[number];
export const PASSWORD_MIN_CHARS = 12;
export type PageName = "station" | "manager" | "balances" | "recovery";
export const PAGES: PageName[] = ["station", "manager", "balances", "recovery"];

export type SetupForm = {
  code: string;
  name: string;
  level: StationLevel;
  address: string;
  week: Week;
  manager: string;
  password: string;
  password2: string;
  values: Record<Indicator, string>;
  asOf: string;
  source: string;
};

/** Field and the key of the sentence that says what is missing. */
export type Faults = Partial<Record<keyof SetupForm | "value", string>>;

export function emptyForm(): SetupForm {
  return {
    code: "",
    name: "",
    level: "standard",
    address: "",
    week: sameEveryDay(dayOfParts()),
    manager: "",
    password: "",
    password2: "",
    values: { visit_count: "", problem_count: "" },
    asOf: "",
    source: "",
  };
}

export function toCode(text: string): string {
  return text.normalize("NFKC").trim().toUpperCase();
}

/** Two to four letters, then two or three digits; Rust decides, this only tells it early. */
export function isStationCode(text: string): boolean {
  return /^[A-Z]{2,4}\d{2,3}$/.test(toCode(text));
}

export function faultsOf(page: PageName, form: SetupForm): Faults {
  if (page === "station") return stationFaults(form);
  if (page === "manager") return managerFaults(form);
  return page === "balances" ? balanceFaults(form) : {};
}

function stationFaults(form: SetupForm): Faults {
  return {
    ...(!isStationCode(form.code) && { code: "setup.code_fault" }),
    ...(!form.name.trim() && { name: "setup.needed" }),
    ...(!form.address.trim() && { address: "setup.needed" }),
    ...(faultOfWeek(form.week) && { week: "setup.hours_fault" }),
  };
}

function managerFaults(form: SetupForm): Faults {
  return {
    ...(!form.manager.trim() && { manager: "setup.needed" }),
    ...([...form.password].length < PASSWORD_MIN_CHARS && { password: "error.password_too_short" }),
    ...(form.password !== form.password2 && { password2: "setup.password_differs" }),
  };
}

function balanceFaults(form: SetupForm): Faults {
  const typed = INDICATORS.map((name) => form.values[name].trim()).filter(Boolean);
  if (typed.length === 0) return {};
  return {
    ...(typed.some((value) => !isCount(value)) && { value: "setup.value_fault" }),
    ...(!form.asOf && { asOf: "setup.as_of_fault" }),
    ...(!form.source.trim() && { source: "setup.source_fault" }),
  };
}

/** A whole number that is not negative, as people write it. */
export function isCount(text: string): boolean {
  return /^\d{1,9}$/.test(text.normalize("NFKC").replaceAll(",", "").trim());
}

export function toCount(text: string): number {
  return Number(text.normalize("NFKC").replaceAll(",", "").trim());
}

function balancesOf(form: SetupForm): OpeningBalance[] {
  return INDICATORS.filter((indicator) => form.values[indicator].trim()).map((indicator) => ({
    indicator,
    as_of_on: form.asOf,
    value: toCount(form.values[indicator]),
    source: form.source,
  }));
}

export function toRequest(form: SetupForm): StationFound {
  return {
    code: toCode(form.code),
    name: form.name,
    level: form.level,
    address: form.address,
    opening_rules: toRules(form.week),
    manager_name: form.manager,
    password: form.password,
    opening_balances: balancesOf(form),
  };
}

/** The page on which a failure of the founding can be mended. */
export function pageOf(failure: Failure): PageName {
  if (failure.code.startsWith("password_") || failure.params["field"] === "manager_name") return "manager";
  const onStation = ["code", "name", "address", "opening_rules"];
  return onStation.includes(failure.params["field"] ?? "") ? "station" : "balances";
}

/** Two different groups of the recovery key, in the order in which they stand on the paper. */
export function twoOf(count: number, random: () => number): [number, number] {
  const first = Math.floor(random() * count);
  const second = (first + 1 + Math.floor(random() * (count - 1))) % count;
  return first < second ? [first, second] : [second, first];
}
