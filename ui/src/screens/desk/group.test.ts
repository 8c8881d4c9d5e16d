import { expect, test } from "vitest";
import { groupOf } from "./group";

test.each([
  ["", { kind: "one" }],
  ["7", { kind: "group", people: 7, ask: false }],
  ["11", { kind: "group", people: 11, ask: true }],
  ["51", { kind: "too_large" }],
  ["6021", { kind: "search" }],
  ["wsf", { kind: "search" }],
])("%s before a tile", (text, meaning) => expect(groupOf(text)).toEqual(meaning));
