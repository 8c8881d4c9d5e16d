// Inviting and letting in, with the port to the program replaced and the clock turned by hand.
import { QueryClient, VueQueryPlugin } from "@tanstack/vue-query";
import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { DeviceLine } from "../../api/generated";
import { ask } from "../../api/host";
import { i18n } from "../../text";
import DeviceCard from "./DeviceCard.vue";

vi.mock("../../api/host", () => ({ ask: vi.fn() }));
const port = vi.mocked(ask);
const asked = (name: string) => port.mock.calls.filter(([one]) => one === name).map(([, request]) => request);
const CODE = "ABCDEFGH01";
const GOOD_FOR_MS = 15 * 60_000;
const device = (more: Partial<DeviceLine>): DeviceLine => ({
  id: "d1",
  name: "前台电脑",
  letter: "A",
  is_this: true,
  is_waiting_for_keys: false,
  fingerprint: ["1234", "5678"],
  enrolled_at: 0,
  last_seen_at: null,
  is_revoked: false,
  ...more,
});
const stranger = device({ id: "d2", name: "新电脑", letter: null, is_this: false, is_waiting_for_keys: true });
let devices: DeviceLine[] = [];
let page: ReturnType<typeof mount>;
const has = (test: string) => page.find(`[data-test="${test}"]`).exists();
const press = (test: string) => page.get(`[data-test="${test}"]`).trigger("click").then(flushPromises);
const wait = async (ms: number) => {
  await vi.advanceTimersByTimeAsync(ms);
  await flushPromises();
};

beforeEach(async () => {
  vi.useFakeTimers();
  devices = [device({})];
  port.mockReset();
  port.mockImplementation(async (name) => {
    if (name === "device_list") return { value: devices, touched: [] };
    if (name === "device_invite") return { value: { code: CODE, expires_at: Date.now() + GOOD_FOR_MS }, touched: [] };
    return { value: null, touched: [] };
  });
  page = mount(DeviceCard, {
    props: { address: "https://hub.example" },
    global: { plugins: [i18n, [VueQueryPlugin, { queryClient: new QueryClient() }]] },
  });
  await wait(0);
});
afterEach(() => {
  page.unmount();
  vi.useRealTimers();
});

test("a code is shown while it is good, and says when it is over", async () => {
  await press("device-invite");
  expect(page.get('[data-test="invitation-code"]').text()).toBe("ABCDEFGH01");
  expect(page.get('[data-test="invitation-left"]').text()).toContain("15:00");
  await wait(61_000);
  expect(page.get('[data-test="invitation-left"]').text()).toContain("13:59");
  await wait(GOOD_FOR_MS);
  expect(has("invitation-code")).toBe(false);
  expect(has("invitation-over")).toBe(true);
});

test("the hub is asked again and again only while somebody may be joining", async () => {
  await wait(60_000);
  expect(asked("device_list")).toHaveLength(1);
  await press("device-invite");
  await wait(10_000);
  expect(asked("device_list").length).toBeGreaterThan(3);
  await wait(GOOD_FOR_MS);
  const before = asked("device_list").length;
  await wait(60_000);
  expect(asked("device_list")).toHaveLength(before);
});

test("who asks is let in only after somebody has compared the digits", async () => {
  await press("device-invite");
  devices = [device({}), stranger];
  await wait(3_000);
  expect(page.get('[data-test="device-fingerprint"]').text()).toBe("12345678");
  expect(asked("device_confirm")).toEqual([]);
  devices = [device({}), device({ id: "d2", name: "新电脑", letter: "B", is_this: false })];
  await press("device-confirm");
  expect(asked("device_confirm")).toEqual([{ id: "d2", fingerprint: stranger.fingerprint }]);
  expect(has("device-waiting")).toBe(false);
});

test("this PC does not revoke itself, and a revoked one is not revoked again", async () => {
  expect(has("device-revoke")).toBe(false);
  devices = [device({ is_this: false, is_revoked: true })];
  await press("device-invite");
  expect(has("device-revoked")).toBe(true);
  expect(has("device-revoke")).toBe(false);
});
