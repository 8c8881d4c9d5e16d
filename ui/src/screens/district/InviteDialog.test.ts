// An invitation by the district, with the port to the program replaced and the clock turned by hand.
import { QueryClient, VueQueryPlugin } from "@tanstack/vue-query";
import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ask } from "../../api/host";
import { i18n } from "../../text";
import InviteDialog from "./InviteDialog.vue";
import { HURRY_EVERY_MS } from "./useHurry";

vi.mock("../../api/host", () => ({ ask: vi.fn() }));
const port = vi.mocked(ask);
const asked = (name: string) => port.mock.calls.filter(([one]) => one === name).map(([, request]) => request);
const GOOD_FOR_MS = 15 * 60_000;
let page: ReturnType<typeof mount>;
const wait = async (ms: number) => {
  await vi.advanceTimersByTimeAsync(ms);
  await flushPromises();
};

beforeEach(async () => {
  vi.useFakeTimers();
  port.mockReset();
  port.mockImplementation(async (name) => {
    const code = { code: "ABCDEFGH23", expires_at: Date.now() + GOOD_FOR_MS };
    return { value: name === "district_invite" ? code : null, touched: [] };
  });
  page = mount(InviteDialog, {
    props: { invite: { desk: "station", station_id: "s1" } },
    global: {
      plugins: [i18n, [VueQueryPlugin, { queryClient: new QueryClient() }]],
      stubs: { ElDialog: { template: "<div><slot /></div>" } },
    },
  });
  await wait(0);
});
afterEach(() => {
  page.unmount();
  vi.useRealTimers();
});

test("the code is for the desk that was asked for, and says how long it is good", () => {
  expect(asked("district_invite")).toEqual([{ desk: "station", station_id: "s1" }]);
  expect(page.get('[data-test="invitation-code"]').text()).toBe("ABCDEFGH23");
  expect(page.get('[data-test="invitation-left"]').text()).toContain("15:00");
});

test("the hub is asked often while the code may be used, and no longer", async () => {
  await wait(3 * HURRY_EVERY_MS);
  expect(asked("sync_now")).toHaveLength(3);
  await wait(GOOD_FOR_MS);
  const before = asked("sync_now").length;
  await wait(3 * HURRY_EVERY_MS);
  expect(asked("sync_now")).toHaveLength(before);
});
