// Deciding and giving up, with the port to the program replaced.
import { QueryClient, VueQueryPlugin } from "@tanstack/vue-query";
import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ConflictRow, RefusedRow } from "../../api/generated";
import { ask } from "../../api/host";
import { i18n, speak } from "../../text";
import { KEY } from "./useSync";
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
const visit: RefusedRow = {
  id: "r1",
  kind: "visit",
  label: "",
  fields: [
    { field: "people", text: "3" },
    { field: "visitor_type", text: "01" },
    { field: "is_separate", text: "0" },
  ],
  reason: "not_allowed",
  at: 0,
  by: "员工乙",
  can_resend: true,
  comes_back: false,
};
let conflicts: ConflictRow[] = [];
let refused: RefusedRow[] = [];
let page: ReturnType<typeof mount>;
const press = (test: string) => page.get(`[data-test="${test}"]`).trigger("click").then(flushPromises);
const has = (test: string) => page.find(`[data-test="${test}"]`).exists();

async function open(status: object = {}): Promise<void> {
  const queryClient = new QueryClient();
  queryClient.setQueryData(KEY, { unknown_conflicts: 0, ...status });
  page = mount(TraySection, { global: { plugins: [i18n, [VueQueryPlugin, { queryClient }]] } });
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
  refused = [visit];
  await open();
  await press("refused-drop");
  expect(asked("refused_drop")).toEqual([]);
  await press("refused-drop-yes");
  expect(asked("refused_drop")).toEqual([{ id: "r1" }]);
  page.unmount();
  refused = [{ ...visit, id: "r2", reason: "new_in_2030" }];
  await open();
  expect(page.text()).toContain(i18n.global.t("sync.why_other"));
  await press("refused-resend");
  expect(asked("refused_resend")).toEqual([{ id: "r2" }]);
});

test("a refused change says what was written, by whom, and what becomes of it when it is given up", async () => {
  refused = [visit];
  await open();
  const values = page.findAll('[data-test="refused-value"]').map((line) => line.text());
  expect(values).toEqual(["人数：3", "类别：外卖骑手"]);
  expect(page.get('[data-test="refused-by"]').text()).toContain("员工乙");
  await press("refused-drop");
  expect(page.text()).toContain(i18n.global.t("sync.drop_sure"));
  page.unmount();
  const edit = {
    ...visit,
    kind: "visitor",
    label: "王师傅",
    reason: "unreadable",
    can_resend: false,
    comes_back: true,
  };
  refused = [edit];
  await open();
  expect(page.text()).toContain("服务对象“王师傅”");
  expect(has("refused-resend")).toBe(false);
  await press("refused-drop");
  await press("refused-drop-yes");
  expect(page.get('[data-test="tray-told"]').text()).toBe(i18n.global.t("sync.dropped_back"));
});

test("what only a newer program can show is said and not counted among what can be settled", async () => {
  await open();
  expect(has("unknown-conflicts")).toBe(false);
  page.unmount();
  await open({ unknown_conflicts: 2 });
  expect(page.get('[data-test="unknown-conflicts"]').text()).toContain("2");
  expect(has("tray-empty")).toBe(true);
});

test("empty trays say that all is well", async () => {
  await open();
  expect(page.get('[data-test="tray-empty"]').text()).toContain(i18n.global.t("sync.trays_empty"));
});
