// Deciding and giving up, with the port to the program replaced.
import { QueryClient, VueQueryPlugin } from "@tanstack/vue-query";
import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ConflictRow, RefusedRow } from "../../api/generated";
import { ask } from "../../api/host";
import { i18n, speak } from "../../text";
import TraySection from "./TraySection.vue";

vi.mock("../../api/host", () => ({ ask: vi.fn() }));
const port = vi.mocked(ask);
const asked = (name: string) => port.mock.calls.filter(([one]) => one === name).map(([, request]) => request);
const phone: ConflictRow = {
  id: "c1",
  kind: "visitor",
  label: "王师傅",
  field: "phone",
  values: [
    { text: "13800006021", at: 0, desk: "A", is_shown: false },
    { text: "13900006022", at: 1, desk: null, is_shown: true },
  ],
};
let conflicts: ConflictRow[] = [];
let refused: RefusedRow[] = [];
let page: ReturnType<typeof mount>;
const press = (test: string) => page.get(`[data-test="${test}"]`).trigger("click").then(flushPromises);
const has = (test: string) => page.find(`[data-test="${test}"]`).exists();

async function open(): Promise<void> {
  page = mount(TraySection, { global: { plugins: [i18n, [VueQueryPlugin, { queryClient: new QueryClient() }]] } });
  await flushPromises();
}

beforeEach(() => {
  speak("zh-CN");
  [conflicts, refused] = [[], []];
  port.mockReset();
  port.mockImplementation(async (name) => {
    if (name === "conflict_list") return { value: conflicts, touched: [] };
    if (name === "refused_list") return { value: refused, touched: [] };
    if (name === "code_lists") return { value: { visitor_types: [], platforms: [] }, touched: [] };
    if (name === "conflict_decide") conflicts = [];
    if (name.startsWith("refused_")) refused = [];
    return { value: null, touched: [] };
  });
});
afterEach(() => page.unmount());

test("the value that was chosen is sent by its place, told in words, and the tray is empty", async () => {
  conflicts = [phone];
  await open();
  expect(has("conflict-shown-0")).toBe(false);
  expect(has("conflict-shown-1")).toBe(true);
  await press("conflict-take-0");
  expect(asked("conflict_decide")).toEqual([{ id: "c1", choice: 0 }]);
  expect(page.get('[data-test="tray-told"]').text()).toContain("13800006021");
  expect(has("tray-empty")).toBe(true);
});

test("both writers are heard: who is known by the letter, and who is not is said", async () => {
  conflicts = [phone];
  await open();
  expect(page.text()).toContain("A 号电脑");
  expect(page.text()).toContain("另一台电脑");
});

test("a refused change is given up with two presses, and sent again with one", async () => {
  refused = [{ id: "r1", kind: "visit", reason: "not_allowed", at: 0 }];
  await open();
  await press("refused-drop");
  expect(asked("refused_drop")).toEqual([]);
  await press("refused-drop-yes");
  expect(asked("refused_drop")).toEqual([{ id: "r1" }]);
  page.unmount();
  refused = [{ id: "r2", kind: "visit", reason: "new_in_2030", at: 0 }];
  await open();
  expect(page.text()).toContain(i18n.global.t("sync.why_other"));
  await press("refused-resend");
  expect(asked("refused_resend")).toEqual([{ id: "r2" }]);
});

test("empty trays say that all is well", async () => {
  await open();
  expect(page.get('[data-test="tray-empty"]').text()).toContain(i18n.global.t("sync.trays_empty"));
});
