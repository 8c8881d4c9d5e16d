// The port to the program is replaced, the clock turned by hand.
import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { defineComponent, h } from "vue";
import { ask } from "../../api/host";
import type { JoinStatus, JoinStep } from "../../api/generated";
import { i18n } from "../../text";
import { checkChar } from "../sealed/recoveryGroups";
import { arrivedBy, type JoinWay } from "./arrival";
import { STEPS, shownStep } from "./joinSteps";
import { LOOK_EVERY_MS, useJoin } from "./useJoin";

vi.mock("../../api/host", () => ({ ask: vi.fn() }));
const port = vi.mocked(ask);
const asked = (name: string) => port.mock.calls.filter(([one]) => one === name).map(([, request]) => request);
const at = (step: JoinStep, more: Partial<JoinStatus> = {}): JoinStatus => ({
  step,
  fingerprint: null,
  rows: 0,
  code: null,
  ...more,
});
let answers: (JoinStatus | string)[] = [];
let join: ReturnType<typeof useJoin>;
let page: ReturnType<typeof mount>;

function open(way: JoinWay, first: JoinStatus | null = null): void {
  const screen = defineComponent(() => {
    join = useJoin(way, first);
    return () => h("main");
  });
  page = mount(screen);
}
const look = async (times = 1) => {
  await vi.advanceTimersByTimeAsync(times * LOOK_EVERY_MS);
  await flushPromises();
};
const fill = () => Object.assign(join.form, { address: "hub.example", code: "abcde-fgh01", device_name: "前台电脑" });

beforeEach(() => {
  vi.useFakeTimers();
  arrivedBy.value = null;
  port.mockReset();
  port.mockImplementation(async (name) => {
    if (name !== "desk_join_status") return { value: null, touched: [] };
    const answer = answers.length > 1 ? answers.shift()! : answers[0]!;
    if (typeof answer === "string") throw { code: answer, params: {} };
    return { value: answer, touched: [] };
  });
});
afterEach(() => {
  page.unmount();
  vi.useRealTimers();
});

test("joining goes by way of the fingerprint and the rows to a station that stands here", async () => {
  open("join");
  fill();
  answers = [at("waiting_for_keys", { fingerprint: ["1234"] }), at("pulling", { rows: 70 }), at("done", { rows: 90 })];
  await join.start();
  expect(asked("desk_join")).toEqual([{ address: "https://hub.example", code: "ABCDEFGH01", device_name: "前台电脑" }]);
  expect(join.progress.value?.step).toBe("asking");
  await look();
  expect(join.progress.value?.fingerprint).toEqual(["1234"]);
  await look();
  expect(join.progress.value?.rows).toBe(70);
  await look();
  expect(arrivedBy.value).toBe("join");
  await look(5);
  expect(asked("desk_join_status")).toHaveLength(3);
});

test("a phase that turned before the last answer came is an arrival, too", async () => {
  open("recover", at("pulling"));
  answers = ["not_allowed"];
  await look();
  expect(arrivedBy.value).toBe("recover");
});

test("what failed is told above the form, and what was typed stays", async () => {
  open("join");
  fill();
  answers = [at("failed", { code: "wrong_code" })];
  await join.start();
  await look();
  expect(join.progress.value).toBeNull();
  expect(join.failure.value?.code).toBe("wrong_code");
  expect(join.form.address).toBe("hub.example");
  await look(5);
  expect(asked("desk_join_status")).toHaveLength(1);
});

test("one unanswered question does not end the looking", async () => {
  open("join", at("asking"));
  answers = ["internal", at("pulling", { rows: 5 })];
  await look(2);
  expect(join.progress.value?.rows).toBe(5);
});

test("cancelling returns to the form at once, and a late answer changes nothing", async () => {
  open("join", at("pulling"));
  let late: (answer: { value: unknown; touched: string[] }) => void = () => undefined;
  port.mockImplementationOnce(() => new Promise((resolve) => (late = resolve)));
  await look();
  await join.cancel();
  expect(asked("desk_join_cancel")).toHaveLength(1);
  late({ value: at("done"), touched: [] });
  await flushPromises();
  expect(join.progress.value).toBeNull();
  expect(arrivedBy.value).toBeNull();
});

test("the recovery key has to be whole before anything is asked", async () => {
  open("recover");
  Object.assign(join.form, { address: "hub.example", device_name: "新电脑" });
  expect(join.isReady.value).toBe(false);
  join.form.groups = Array.from({ length: 8 }, () => `K7Q2${checkChar("K7Q2")}`);
  expect(join.isReady.value).toBe(true);
  await join.start();
  expect(asked("desk_recover")).toMatchObject([{ address: "https://hub.example", device_name: "新电脑" }]);
});

test("every step stands on its way and has words in both languages", () => {
  const taken: Record<JoinWay, JoinStep[]> = {
    join: ["asking", "waiting_for_keys", "pulling", "done"],
    recover: ["asking", "pulling", "done"],
  };
  for (const way of ["join", "recover"] as const)
    for (const step of taken[way]) {
      expect(STEPS[way]).toContain(shownStep(step));
      for (const language of ["zh-CN", "en"] as const)
        expect(i18n.global.te(`join.step_${shownStep(step)}`, language)).toBe(true);
    }
});
