// The port to the program is replaced, the clock turned by hand.
import { useQuery, VueQueryPlugin } from "@tanstack/vue-query";
import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { defineComponent, h, ref } from "vue";
import { call, queries } from "../../api/call";
import { ask } from "../../api/host";
import { POLL_MS, useSync, watchSync } from "./useSync";

vi.mock("../../api/host", () => ({ ask: vi.fn() }));
const port = vi.mocked(ask);
const times = (name: string) => port.mock.calls.filter(([one]) => one === name).length;
const isOpen = ref(true);
let touched: string[] = [];
let fails = false;
let seen: ReturnType<typeof useSync>;
let page: ReturnType<typeof mount>;

const Window = defineComponent(() => {
  watchSync(isOpen);
  seen = useSync();
  useQuery({
    queryKey: ["visitor", "list"],
    queryFn: () => call("visitor_list", { text: "", visitor_type: null, after: null }),
  });
  return () => h("main");
});
const wait = async (ms: number) => {
  await vi.advanceTimersByTimeAsync(ms);
  await flushPromises();
};

beforeEach(async () => {
  vi.useFakeTimers();
  isOpen.value = true;
  touched = [];
  fails = false;
  queries.clear();
  port.mockReset();
  port.mockImplementation(async (name) => {
    if (name !== "sync_status") return { value: { rows: [], next: null, total: 0 }, touched: [] };
    if (fails) throw { code: "internal", params: {} };
    return { value: { state: "agreed" }, touched };
  });
  page = mount(Window, { global: { plugins: [[VueQueryPlugin, { queryClient: queries }]] } });
  await wait(0);
});
afterEach(() => {
  page.unmount();
  vi.useRealTimers();
});

test("the state is asked for every two seconds while a store is open, and not before", async () => {
  expect(times("sync_status")).toBe(1);
  await wait(5 * POLL_MS);
  expect(times("sync_status")).toBe(6);
  isOpen.value = false;
  await wait(5 * POLL_MS);
  expect(times("sync_status")).toBe(6);
});

test("what came from another desk is read again, and the state does not chase itself", async () => {
  touched = ["visitor", "sync"];
  await wait(POLL_MS);
  expect(times("visitor_list")).toBe(2);
  expect(times("sync_status")).toBe(2);
});

test("a question that is not answered makes the state unknown until one is", async () => {
  fails = true;
  await wait(POLL_MS);
  expect(seen.isUnknown.value).toBe(true);
  fails = false;
  await wait(POLL_MS);
  expect(seen.isUnknown.value).toBe(false);
});
