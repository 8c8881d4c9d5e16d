import { expect, test } from "vitest";
import { sectionsFor } from "./sections";

test("a volunteer is offered the look, practice and papers", () =>
  expect(sectionsFor({ isLeader: false, isAtCounter: true, hasPassword: false })).toEqual([
    "look",
    "practice",
    "papers",
  ]));

test("a system administrator keeps the station and does not practise at its counter", () => {
  const sections = sectionsFor({ isLeader: true, isAtCounter: false, hasPassword: true });
  expect(sections).toContain("backup");
  expect(sections).not.toContain("practice");
});
