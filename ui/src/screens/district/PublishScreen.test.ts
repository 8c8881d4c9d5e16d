// What the district publishes, with the port to the program replaced.
import { QueryClient, VueQueryPlugin } from "@tanstack/vue-query";
import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { AppStatus, Limit, Notice, Role, SharedCode } from "../../api/generated";
import { ask } from "../../api/host";
import { i18n } from "../../text";
import PublishScreen from "./PublishScreen.vue";

vi.mock("../../api/host", () => ({ ask: vi.fn() }));
const port = vi.mocked(ask);
const asked = (name: string) => port.mock.calls.filter(([one]) => one === name).map(([, request]) => request);
const notice: Notice = {
  id: "n1",
  title: "高温提醒",
  text: "注意补水",
  published_on: "2026-07-01",
  until_on: "2026-07-02",
};
const meal: SharedCode = {
  list: "service_item",
  code: "Bq01",
  label: "夜间热饭",
  dimension: "basic",
  is_retired: false,
};
const code: SharedCode = {
  list: "visitor_type",
  code: "D1",
  label: "代驾司机",
  dimension: null,
  is_retired: false,
};
const limits: Limit[] = [
  { level: "B", stage: "accept", amount: 0, unit: "minute" },
  { level: "B", stage: "handle", amount: 1, unit: "workday" },
  { level: "B", stage: "verify", amount: 2, unit: "workday" },
];
let role: Role;
let page: ReturnType<typeof mount>;
const has = (test: string) => page.find(`[data-test="${test}"]`).exists();
const press = (test: string) => page.get(`[data-test="${test}"]`).trigger("click").then(flushPromises);
const answers: Record<string, unknown> = {
  notice_list: [notice],
  shared_code_list: [code, meal],
  calendar_list: [{ id: "c1", on: "2026-10-01", is_workday: false, name: "国庆节" }],
  limit_list: limits,
};

beforeEach(() => {
  port.mockReset();
  port.mockImplementation(async (name) => {
    const session = { staff_id: "o1", name: "区级专员甲", role };
    if (name === "app_status") return { value: { is_district: true, session } as AppStatus, touched: [] };
    return { value: answers[name] ?? null, touched: [] };
  });
});
afterEach(() => page.unmount());

async function openAs(one: Role): Promise<void> {
  role = one;
  page = mount(PublishScreen, {
    global: { plugins: [i18n, [VueQueryPlugin, { queryClient: new QueryClient() }]] },
  });
  await flushPromises();
}

test("a supervisor reads all four and finds nothing to change them with", async () => {
  await openAs("district_supervisor");
  expect(page.text()).toContain("高温提醒");
  const acts = ["notice-add", "notice-edit", "notice-remove"];
  for (const act of acts) expect(has(act)).toBe(false);
  await press("publish-codes");
  expect(has("code-D1")).toBe(true);
  for (const act of ["shared-add", "code-edit-D1", "code-retire-D1"]) expect(has(act)).toBe(false);
  await press("publish-calendar");
  expect(has("calendar-row")).toBe(true);
  for (const act of ["calendar-add", "calendar-remove"]) expect(has(act)).toBe(false);
  await press("publish-limits");
  expect(page.get('[data-test="limit-B-accept"]').element.tagName).toBe("SPAN");
});

test("a notice whose last day is over says so to the district", async () => {
  await openAs("district_officer");
  expect(page.get('[data-test="notice-row"]').text()).toContain("已到期");
});

test("an entry that is retired keeps its word", async () => {
  await openAs("district_officer");
  await press("publish-codes");
  await press("code-retire-D1");
  expect(asked("shared_code_put")).toEqual([
    { list: "visitor_type", code: "D1", label: "代驾司机", dimension: null, is_retired: true },
  ]);
});

test("nought is said as a word", async () => {
  await openAs("district_officer");
  await press("publish-limits");
  expect(page.get('[data-test="limit-B-accept"]').text()).toBe("立即");
  expect(page.get('[data-test="limit-B-handle"]').text()).toBe("1 个工作日");
});

test("a service item says its dimension in words", async () => {
  await openAs("district_officer");
  await press("publish-codes");
  await press("shared-service_item");
  expect(page.get('[data-test="code-Bq01"]').text()).toContain("基础保障");
});
