import { expect, test } from "vitest";
import type { StaffLine } from "../../api/generated";
import { stateOf } from "./staff";

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
