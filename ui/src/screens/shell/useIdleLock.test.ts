// The clock is turned by hand; the port to the program is replaced.
import { mount } from "@vue/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { defineComponent, h, KeepAlive, nextTick, ref } from "vue";
import { ask } from "../../api/host";
import { IDLE_MS, useIdleLock } from "./useIdleLock";

vi.mock("../../api/host", () => ({ ask: vi.fn() }));
const port = vi.mocked(ask);
const times = (name: string) => port.mock.calls.filter(([one]) => one === name).length;
const isShown = ref(true);
const Desk = defineComponent(() => {
  useIdleLock();
  return () => h("main");
});
let page: ReturnType<typeof mount>;

beforeEach(() => {
  vi.useFakeTimers();
  isShown.value = true;
  port.mockReset();
  port.mockResolvedValue({ value: null, touched: [] });
  page = mount(defineComponent(() => () => h(KeepAlive, null, { default: () => (isShown.value ? h(Desk) : h("p")) })));
});
afterEach(() => {
  page.unmount();
  vi.useRealTimers();
});

test("a desk locks when nobody touched it for five minutes, and not before", () => {
  vi.advanceTimersByTime(IDLE_MS - 5_000);
  expect(times("session_lock")).toBe(0);
  vi.advanceTimersByTime(5_000);
  expect(times("session_lock")).toBe(1);
});

test("a key, a click or the wheel begins the five minutes anew", () => {
  for (const sign of ["keydown", "pointerdown", "wheel"]) {
    vi.advanceTimersByTime(IDLE_MS - 5_000);
    window.dispatchEvent(new Event(sign));
  }
  vi.advanceTimersByTime(IDLE_MS - 5_000);
  expect(times("session_lock")).toBe(0);
});

test("the program behind hears that somebody is there at most once a minute", () => {
  for (let second = 0; second < 120; second += 1) {
    vi.advanceTimersByTime(1_000);
    window.dispatchEvent(new Event("keydown"));
  }
  expect(times("session_active")).toBe(2);
});

test("a locked desk does not lock again, and counts anew once it is back", async () => {
  isShown.value = false;
  await nextTick();
  vi.advanceTimersByTime(2 * IDLE_MS);
  expect(times("session_lock")).toBe(0);
  isShown.value = true;
  await nextTick();
  vi.advanceTimersByTime(IDLE_MS - 5_000);
  expect(times("session_lock")).toBe(0);
  vi.advanceTimersByTime(5_000);
  expect(times("session_lock")).toBe(1);
});
