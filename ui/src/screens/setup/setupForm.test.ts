import { expect, test } from "vitest";
import { emptyForm, faultsOf, isStationCode, pageOf, toRequest, twoOf } from "./setupForm";

const filled = () => ({ ...emptyForm(), code: " gx03 ", name: "试用站", address: "试用路 1 号", manager: "站长甲" });

test.each([
  ["GX03", true],
  ["ｇｘ０３", true],
  ["G03", false],
  ["GX3", false],
  ["高新03", false],
])("%s as a station code: %s", (code, good) => expect(isStationCode(code)).toBe(good));

test("the station page names every empty field", () =>
  expect(Object.keys(faultsOf("station", emptyForm()))).toEqual(["code", "name", "address"]));

test("a short password and a second one that differs are both told", () => {
  const form = { ...filled(), password: "short", password2: "shorter" };
  expect(faultsOf("manager", form)).toEqual({
    password: "error.password_too_short",
    password2: "setup.password_differs",
  });
});

test("opening balances may be skipped, but not half filled in", () => {
  expect(faultsOf("balances", filled())).toEqual({});
  const half = { ...filled(), values: { visit_count: "12,345", problem_count: "" } };
  expect(Object.keys(faultsOf("balances", half))).toEqual(["asOf", "source"]);
  expect(faultsOf("balances", { ...half, values: { visit_count: "-3", problem_count: "" } }).value).toBeDefined();
});

test("the request carries only the balances that were typed", () => {
  const form = {
    ...filled(),
    values: { visit_count: "12,345", problem_count: "" },
    asOf: "2026-10-31",
    source: "台账",
  };
  expect(toRequest(form)).toMatchObject({
    code: "GX03",
    opening_balances: [{ indicator: "visit_count", value: 12345, as_of_on: "2026-10-31", source: "台账" }],
  });
});

test.each([
  ["password_common", {}, "manager"],
  ["invalid_field", { field: "code" }, "station"],
  ["too_long", { field: "manager_name" }, "manager"],
  ["disk_full", {}, "balances"],
] as const)("%s leads to the page where it can be mended", (code, params, page) =>
  expect(pageOf({ code, params: { ...params } })).toBe(page),
);

test("the two groups asked for are never the same", () => {
  for (let i = 0; i < 8; i += 1)
    for (let j = 0; j < 7; j += 1) {
      const draws = [i / 8, j / 7];
      const [first, second] = twoOf(8, () => draws.shift()!);
      expect(first).toBeLessThan(second);
      expect(second).toBeLessThan(8);
    }
});
