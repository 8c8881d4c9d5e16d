import { expect, test } from "vitest";
import { freshen } from "./freshen";

test("what was typed stays, and what nobody touched follows the record", () => {
  const before = { name: "a", phone: "1", week: [[{ opens: "08:00" }]] };
  const form = { ...before, phone: "2" };
  freshen(form, before, { name: "b", phone: "3", week: [[{ opens: "09:00" }]] });
  expect(form).toEqual({ name: "b", phone: "2", week: [[{ opens: "09:00" }]] });
});
