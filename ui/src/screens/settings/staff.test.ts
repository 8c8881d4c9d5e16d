import { expect, test } from "vitest";
import type { StaffLine } from "../../api/generated";
import { lacksKeys, noGroups, recoveryOf, rolesAt, stateOf } from "./staff";

const person: StaffLine = {
  id: "1",
  name: "志愿者乙",
  role: "volunteer",
  has_pin: true,
  has_password: false,
  has_all_keys: true,
  pin_failures: 0,
  is_pin_disabled: false,
  valid_until_on: null,
  is_active: true,
};

test.each([
  ["active", {}],
  ["until", { valid_until_on: "2026-03-16" }],
  ["expired", { valid_until_on: "2026-03-15" }],
  ["locked", { pin_failures: 5 }],
  ["disabled", { pin_failures: 10, is_pin_disabled: true }],
  ["retired", { is_active: false, pin_failures: 5 }],
])("somebody is %s", (state, change) => expect(stateOf({ ...person, ...change }, "2026-03-16")).toBe(state));

test("an office and a station offer different roles", () => {
  expect(rolesAt(true)).toEqual(["district_officer", "district_supervisor"]);
  expect(rolesAt(false).some((role) => role.startsWith("district"))).toBe(false);
});

test("the recovery key goes along for a Party adviser once it was typed", () => {
  const typed = noGroups().with(0, "ABCD1");
  expect(recoveryOf("party_adviser", typed)).toEqual({ recovery: typed });
  expect(recoveryOf("party_adviser", noGroups())).toEqual({});
  expect(recoveryOf("manager", typed)).toEqual({});
});

test("a password that opens less than the role may is told of who works here", () => {
  const lacking = { ...person, has_password: true, has_all_keys: false };
  expect(lacksKeys(lacking)).toBe(true);
  expect(lacksKeys({ ...lacking, has_all_keys: true })).toBe(false);
  expect(lacksKeys({ ...lacking, has_password: false })).toBe(false);
  expect(lacksKeys({ ...lacking, is_active: false })).toBe(false);
});
