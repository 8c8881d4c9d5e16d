import { expect, test } from "vitest";
import { sectionsFor } from "./sections";

test("a volunteer is offered the look, practice and papers", () =>
  expect(sectionsFor({ isLeader: false, isKeeper: false, isAtCounter: true, hasPassword: false })).toEqual([
    "look",
    "practice",
    "papers",
  ]));

test("a system administrator keeps the station and does not practise at its counter", () => {
  const sections = sectionsFor({ isLeader: true, isKeeper: false, isAtCounter: false, hasPassword: true });
  expect(sections).toContain("backup");
  expect(sections).not.toContain("practice");
});

test("who keeps the records settles what waits, and only a leader reaches the hub and the devices", () => {
  const ofWorker = sectionsFor({ isLeader: false, isKeeper: true, isAtCounter: true, hasPassword: true });
  expect(ofWorker).toContain("trays");
  expect(ofWorker).not.toContain("sync");
  const ofAdmin = sectionsFor({ isLeader: true, isKeeper: false, isAtCounter: false, hasPassword: true });
  expect(ofAdmin).toContain("sync");
  expect(ofAdmin).not.toContain("trays");
});
