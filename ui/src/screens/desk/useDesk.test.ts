// The counter's promises, with the port to the program replaced.
import { QueryClient, VueQueryPlugin } from "@tanstack/vue-query";
import { mount } from "@vue/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { defineComponent, h } from "vue";
import { ask } from "../../api/host";
import type { VisitorHit } from "../../api/generated";
import { type Desk, provideDesk } from "./useDesk";

vi.mock("../../api/host", () => ({ ask: vi.fn() }));
const port = vi.mocked(ask);
const CARD = "K7Q2M4X9";
const HOUR_MS = 3_600_000;

const rider = (more: Partial<VisitorHit> = {}): VisitorHit => ({
  id: "v1",
  card_no: CARD,
  alias: "Rider Wang",
  visitor_type: "01",
  platform: "p01",
  phone_tail: "6021",
  visits_this_year: 3,
  last_visit_at: null,
  last_basic_items: ["B02"],
  is_card: false,
  ...more,
});

let found: VisitorHit[] = [];
let joined = false;
let desk: Desk;
const asked = (name: string) => port.mock.calls.filter(([one]) => one === name).map(([, request]) => request);
const settled = () => vi.advanceTimersByTimeAsync(200);
const type = (text: string) => {
  desk.text = text;
  desk.typed();
};

beforeEach(() => {
  vi.useFakeTimers();
  found = [rider()];
  joined = false;
  port.mockReset();
  port.mockImplementation(async (name, request) => {
    if (name === "visitor_search") return { value: found, touched: [] };
    if (name === "service_add") {
      const { item } = request as { item: string };
      return { value: { given: { service_id: `s-${item}`, item } }, touched: [] };
    }
    if (name === "visit_add") return { value: { visit_id: "n1", joined, people: 1, given: [] }, touched: [] };
    return { value: null, touched: [] };
  });
  const screen = defineComponent(() => {
    desk = provideDesk();
    return () => h("main");
  });
  mount(screen, { global: { plugins: [[VueQueryPlugin, { queryClient: new QueryClient() }]] } });
});
afterEach(() => vi.useRealTimers());

test("four digits show the person first and check in with the next Enter", async () => {
  desk.text = "6021";
  desk.submit();
  await settled();
  expect(desk.hit?.alias).toBe("Rider Wang");
  expect(asked("visit_add")).toEqual([]);
  desk.submit();
  await settled();
  expect(asked("visit_add")).toMatchObject([{ visitor_id: "v1", items: ["B02"] }]);
  expect(desk.text).toBe("");
});

test("a whole card number checks in with one key", async () => {
  found = [rider({ is_card: true })];
  desk.text = CARD;
  desk.submit();
  await settled();
  expect(asked("visit_add")).toHaveLength(1);
});

test("several found: the chosen one is meant, and only its basic items are proposed", async () => {
  found = [rider(), rider({ id: "v2", last_basic_items: [] })];
  type("wsf");
  await settled();
  desk.move(1);
  await settled();
  expect(desk.items).toEqual([]);
  desk.submit();
  await settled();
  expect(asked("visit_add")).toMatchObject([{ visitor_id: "v2" }]);
});

test("a named person's chips never go to a tile", async () => {
  type("6021");
  await settled();
  desk.press("02");
  await settled();
  expect(asked("visit_add")).toMatchObject([{ visitor_id: null, visitor_type: "02", people: 1, items: [] }]);
  expect(desk.hit?.id).toBe("v1");
});

test("a small number before a tile is a group, a larger one asks first, four digits are nobody's number", async () => {
  desk.text = "7";
  desk.press("01");
  await settled();
  desk.text = "12";
  desk.press("01");
  expect(desk.asking).toEqual({ code: "01", people: 12 });
  desk.text = "6021";
  desk.press("01");
  await settled();
  expect(asked("visit_add")).toMatchObject([{ people: 7 }, { people: 1 }]);
});

test("two quick presses are two visits", async () => {
  desk.press("01");
  desk.press("01");
  await settled();
  expect(asked("visit_add")).toHaveLength(2);
});

test("for ten seconds services go to whoever was counted last, and may be taken back", async () => {
  desk.press("01");
  await settled();
  desk.give("B01");
  await settled();
  expect(desk.stripItems).toEqual(["B01"]);
  desk.give("B01");
  await settled();
  expect(desk.stripItems).toEqual([]);
  expect(asked("visit_undo")).toEqual([{ visit_id: "n1", joined: true, service_ids: ["s-B01"] }]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(desk.isStripOpen).toBe(false);
});

test("undo takes back what was added to a joined visit, and nothing after thirty seconds", async () => {
  joined = true;
  type("6021");
  await settled();
  desk.submit();
  await settled();
  desk.undo();
  await settled();
  expect(asked("visit_undo")).toEqual([{ visit_id: "n1", joined: true, service_ids: [] }]);
  desk.press("01");
  await vi.advanceTimersByTimeAsync(31_000);
  desk.undo();
  await settled();
  expect(asked("visit_undo")).toHaveLength(1);
});

test("whoever came within the hour is told, and counts separately for a reason", async () => {
  found = [rider({ last_visit_at: Date.now() - HOUR_MS / 5 })];
  type("6021");
  await settled();
  expect(desk.cameMinutesAgo).toBe(12);
  desk.countSeparately("came_back");
  await settled();
  expect(asked("visit_add")).toMatchObject([{ visitor_id: "v1", separate_reason: "came_back" }]);
});

test("a card that does not add up is said and never looked up", async () => {
  desk.scanned("K7Q2M4X90");
  await settled();
  expect(desk.failure?.code).toBe("card_misread");
  expect(asked("visitor_search")).toEqual([]);
});

test("what was typed stays when the check-in fails", async () => {
  type("6021");
  await settled();
  port.mockRejectedValueOnce({ code: "disk_full", params: {} });
  desk.submit();
  await settled();
  expect(desk.failure?.code).toBe("disk_full");
  expect([desk.text, desk.hit?.id, desk.items]).toEqual(["6021", "v1", ["B02"]]);
});
