import { expect, test } from "vitest";
import { linesOf } from "./codeLines";

const lists = {
  visitor_types: [
    { code: "01", label: null, retired: true },
    { code: "02", label: null, retired: false },
  ],
  platforms: [],
  ticket_categories: [],
  service_items: [{ code: "V02", label: null, dimension: "added" as const, is_sensitive: true, retired: false }],
};

test("retired entries stand last and stay", () =>
  expect(linesOf(lists, "visitor_type").map((line) => line.code)).toEqual(["02", "01"]));

test("an item keeps its dimension and that it is sensitive", () =>
  expect(linesOf(lists, "service_item")).toMatchObject([{ dimension: "added", isSensitive: true }]));
