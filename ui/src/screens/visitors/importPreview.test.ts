import { expect, test } from "vitest";
import { byRow, hurdleOf } from "./importPreview";

const fault = (row: number, field: string | null = "phone") => ({ row, field, code: "invalid_field" });
const preview = (change: object) => ({
  token: "t",
  file_name: "x.xlsx",
  row_count: 3,
  rows: [],
  faults: [],
  ...change,
});

test("one faulty row keeps the whole file out, with consent or without", () =>
  expect(hurdleOf(preview({ faults: [fault(2)] }), true)).toBe("faults"));

test("a good file waits for the consent", () => {
  expect(hurdleOf(preview({}), false)).toBe("consent");
  expect(hurdleOf(preview({}), true)).toBeNull();
});

test("an empty sheet is nothing to import", () => expect(hurdleOf(preview({ row_count: 0 }), true)).toBe("empty"));

test("faults are told row by row as they stand in the sheet", () =>
  expect(byRow([fault(9), fault(2, "alias"), fault(9, "alias")])).toEqual([
    { row: 2, faults: [fault(2, "alias")] },
    { row: 9, faults: [fault(9), fault(9, "alias")] },
  ]));
