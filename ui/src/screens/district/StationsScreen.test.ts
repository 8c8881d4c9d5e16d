// The district's stations, with the port to the program replaced.
import { QueryClient, VueQueryPlugin } from "@tanstack/vue-query";
import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { AppStatus, DeviceLine, DistrictOverview, DistrictStation, Role } from "../../api/generated";
import { ask } from "../../api/host";
import { i18n } from "../../text";
import StationsScreen from "./StationsScreen.vue";

vi.mock("../../api/host", () => ({ ask: vi.fn() }));
const port = vi.mocked(ask);
const asked = (name: string) => port.mock.calls.filter(([one]) => one === name).map(([, request]) => request);
const none = { visits: 0, visitors: 0, basic: 0, added: 0, party: 0, self_counter: 0, backfill: 0 };
const device: DeviceLine = {
  id: "d1",
  name: "前台电脑",
  letter: "A",
  is_this: false,
  is_waiting_for_keys: true,
  fingerprint: ["1234", "5678"],
  enrolled_at: 0,
  last_seen_at: null,
  is_revoked: false,
};
const station = (more: Partial<DistrictStation>): DistrictStation => ({
  id: "s1",
  code: "GX03",
  name: "试用广场能量站",
  level: "core",
  address: null,
  phone: null,
  state: "paused",
  since: null,
  reason: "停电停水",
  reopen_at: null,
  last_contact_at: null,
  today: { ...none, visits: 58, visitors: 22, basic: 71, added: 18, party: 7 },
  month: none,
  year: none,
  tickets: 4,
  devices: [],
  has_keys: true,
  ...more,
});
let overview: DistrictOverview;
let role: Role;
let page: ReturnType<typeof mount>;
const has = (test: string) => page.find(`[data-test="${test}"]`).exists();
const textOf = (test: string) => page.get(`[data-test="${test}"]`).text();
const press = (test: string) => page.get(`[data-test="${test}"]`).trigger("click").then(flushPromises);

async function open(): Promise<void> {
  page = mount(StationsScreen, {
    global: { plugins: [i18n, [VueQueryPlugin, { queryClient: new QueryClient() }]] },
  });
  await flushPromises();
}

beforeEach(() => {
  role = "district_officer";
  overview = { stations: [station({})], offices: [], is_waiting_for_keys: false, fingerprint: [], as_of: null };
  port.mockReset();
  port.mockImplementation(async (name) => {
    const session = { staff_id: "o1", name: "区级专员甲", role };
    if (name === "app_status") return { value: { is_district: true, session } as AppStatus, touched: [] };
    if (name === "district_overview") return { value: overview, touched: [] };
    if (name === "district_days" || name === "district_tickets") return { value: [], touched: [] };
    return { value: null, touched: [] };
  });
});
afterEach(() => page.unmount());

test("a station that is shut for a while says why, and that nobody knows until when", async () => {
  await open();
  expect(textOf("station-state")).toBe("临时关闭");
  expect(textOf("station-reason")).toContain("停电停水");
  expect(textOf("station-reason")).toContain("没有说什么时候恢复");
  expect(textOf("sum-paused")).toContain("1");
  expect(textOf("station-today")).toContain("58");
  expect(textOf("station-today")).toContain("22 人 · 96 项次");
});

test("the keys are given to the very digits that were read out, and only after somebody said yes", async () => {
  overview.stations = [station({ name: null, state: "unknown", has_keys: false, devices: [device] })];
  await open();
  expect(has("station-waits")).toBe(true);
  await press("station-open");
  expect(textOf("device-waiting")).toContain("打电话");
  expect(textOf("device-fingerprint")).toBe("12345678");
  expect(asked("district_confirm")).toEqual([]);
  await press("device-confirm");
  expect(asked("district_confirm")).toEqual([{ id: "d1", fingerprint: ["1234", "5678"] }]);
});

test("a supervisor is offered neither to invite, nor to let in, nor to revoke", async () => {
  role = "district_supervisor";
  const known = { ...device, id: "d2", is_waiting_for_keys: false };
  overview.stations = [station({ devices: [device, known] })];
  await open();
  expect(has("invite-station")).toBe(false);
  await press("station-open");
  expect(has("device-waiting")).toBe(true);
  for (const act of ["device-confirm", "device-deny", "device-revoke", "invite-desk"]) expect(has(act)).toBe(false);
});

test("a desk without keys shows its own digits to be compared", async () => {
  overview = { ...overview, stations: [], is_waiting_for_keys: true, fingerprint: ["0012", "3456"] };
  await open();
  expect(textOf("own-fingerprint")).toBe("00123456");
  expect(has("stations-empty")).toBe(true);
});
