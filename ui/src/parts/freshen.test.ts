import { expect, test } from "vitest";
import { freshen, reopen } from "./freshen";

test("what was typed stays, and what nobody touched follows the record", () => {
  const before = { name: "a", phone: "1", week: [[{ opens: "08:00" }]] };
  const form = { ...before, phone: "2" };
  freshen(form, before, { name: "b", phone: "3", week: [[{ opens: "09:00" }]] });
  expect(form).toEqual({ name: "b", phone: "2", week: [[{ opens: "09:00" }]] });
});

test("of what was typed over, a form remembers what was on screen then", () => {
  const opened = { name: "a", phone: "1" };
  const form = { ...opened, phone: "2" };
  reopen(form, opened, { name: "b", phone: "3" });
  reopen(form, opened, { name: "c", phone: "4" });
  expect(form).toEqual({ name: "c", phone: "2" });
  expect(opened).toEqual({ name: "c", phone: "1" });
});
