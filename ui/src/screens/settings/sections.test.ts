import { expect, test } from "vitest";
import { type Rights, sectionsFor } from "./sections";

const nobody: Rights = {
  isDistrict: false,
  isLeader: false,
  isHead: false,
  isSettler: false,
  isAtCounter: false,
  hasPassword: true,
};

test("a volunteer is offered the look, practice, papers and what the district told", () =>
  expect(sectionsFor({ ...nobody, isAtCounter: true, hasPassword: false })).toEqual([
    "look",
    "practice",
    "papers",
    "shared",
  ]));

test("a system administrator keeps the station and does not practise at its counter", () => {
  const sections = sectionsFor({ ...nobody, isLeader: true, isHead: true });
  expect(sections).toContain("backup");
  expect(sections).not.toContain("practice");
});

test("who keeps the records settles what waits, and only who leads reaches the hub and the devices", () => {
  const ofWorker = sectionsFor({ ...nobody, isSettler: true, isAtCounter: true });
  expect(ofWorker).toContain("trays");
  expect(ofWorker).not.toContain("sync");
  const ofAdmin = sectionsFor({ ...nobody, isLeader: true, isHead: true });
  expect(ofAdmin).toContain("sync");
  expect(ofAdmin).not.toContain("trays");
});

test("the district's office has people, sync and backups, and nothing of a station", () => {
  const ofOfficer = sectionsFor({ ...nobody, isDistrict: true, isHead: true, isSettler: true });
  expect(ofOfficer).toEqual(["staff", "sync", "trays", "backup", "trail", "password", "look"]);
  expect(sectionsFor({ ...nobody, isDistrict: true })).toEqual(["password", "look"]);
});
