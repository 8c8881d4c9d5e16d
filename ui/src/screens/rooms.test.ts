import { expect, test } from "vitest";
import { roomsOf } from "./rooms";

const names = (role: Parameters<typeof roomsOf>[0]) => roomsOf(role).map(({ name }) => name);

test("a volunteer reaches the 诉求 room, to find again what was written down", () => {
  expect(names("volunteer")).toContain("tickets");
});

test("who works at the counter finds every room, in the order of the keys", () => {
  for (const role of ["volunteer", "social_worker", "supervisor", "manager"] as const) {
    expect(names(role)).toEqual(["desk", "visitors", "tickets", "shift", "reports", "settings"]);
    const keys = roomsOf(role).map(({ key }) => key);
    expect(keys).toEqual([...keys].sort());
  }
});

test("whoever has no work at the counter finds the settings only", () => {
  expect(names("party_adviser")).toEqual(["settings"]);
  expect(names("system_admin")).toEqual(["settings"]);
});

test("the district's office has its own rooms and no counter", () => {
  for (const role of ["district_officer", "district_supervisor"] as const) {
    expect(names(role)).toEqual(["stations", "board", "publish", "settings"]);
    const keys = roomsOf(role).map(({ key }) => key);
    expect(keys).toEqual([...keys].sort());
  }
});
