import { expect, test } from "vitest";
import type { SyncState, SyncStatus } from "../../api/generated";
import { i18n } from "../../text";
import { markOf, waitingFor } from "./mark";

const quiet: SyncStatus = {
  state: "agreed",
  waiting: 0,
  oldest_waiting_at: null,
  refused: 0,
  conflicts: 0,
  unknown_conflicts: 0,
  alarms: 0,
  last_cycle_at: 1,
  last_success_at: 1,
  clock_ahead_min: 0,
  stopped_code: null,
};
const keyOf = (change: Partial<SyncStatus>) => markOf({ ...quiet, ...change }).key;

test.each([
  ["alone", {}, "alone"],
  ["agreed", {}, "agreed_at"],
  ["agreed", { last_success_at: null }, "agreed"],
  ["running", {}, "running"],
  ["behind", { waiting: 3 }, "behind"],
  ["offline", { waiting: 0 }, "offline"],
  ["offline", { waiting: 12 }, "offline_waiting"],
  ["stopped", { stopped_code: "hub_foreign" }, "stopped"],
  ["revoked", {}, "revoked"],
] as const)("%s with %o reads as %s", (state, change, key) => {
  expect(keyOf({ state, ...change })).toBe(key);
  for (const language of ["zh-CN", "en"] as const) expect(i18n.global.te(`sync.${key}`, language)).toBe(true);
});

test("a refused change is told before anybody believes that all is agreed", () => {
  expect(markOf({ ...quiet, refused: 2 })).toMatchObject({ key: "refused", n: 2, tone: "alarm" });
  expect(keyOf({ state: "offline", refused: 2 })).toBe("offline");
  expect(keyOf({ state: "revoked", refused: 2 })).toBe("revoked");
});

test("being offline is no alarm, whatever waits", () => {
  for (const waiting of [0, 12]) expect(markOf({ ...quiet, state: "offline", waiting }).tone).toBe("calm");
});

test("without an answer nothing older is shown as if it were true", () => {
  for (const state of ["agreed", "offline", "alone"] satisfies SyncState[])
    expect(markOf({ ...quiet, state }, true).key).toBe("unknown");
});

test("why it stopped is put in words, and an unknown why still gets some", () => {
  const { reason } = markOf({ ...quiet, state: "stopped", stopped_code: "hub_foreign" });
  expect(i18n.global.te(`sync.stop_${reason}`, "zh-CN")).toBe(true);
  expect(markOf({ ...quiet, state: "stopped", stopped_code: null }).reason).toBe("internal");
});

test("a badge counts what its reader can do something about", () => {
  const status = { ...quiet, conflicts: 2, refused: 1, alarms: 4 };
  expect(waitingFor(status, { isSettler: false, isHead: false })).toBe(0);
  expect(waitingFor(status, { isSettler: true, isHead: false })).toBe(3);
  expect(waitingFor(status, { isSettler: false, isHead: true })).toBe(4);
  expect(waitingFor(status, { isSettler: true, isHead: true })).toBe(7);
  expect(waitingFor(undefined, { isSettler: true, isHead: true })).toBe(0);
});
