// What a person's page reads and when, with the port to the program replaced.
import { VueQueryPlugin } from "@tanstack/vue-query";
import { flushPromises, mount } from "@vue/test-utils";
import { expect, test, vi } from "vitest";
import { defineComponent, h, KeepAlive } from "vue";
import { call, queries } from "../../api/call";
import { ask } from "../../api/host";
import { useVisitor } from "./useVisitor";

vi.mock("../../api/host", () => ({ ask: vi.fn() }));
const port = vi.mocked(ask);
const looks = () => port.mock.calls.filter(([name]) => name === "visitor_get").length;

const Page = defineComponent({
  setup() {
    useVisitor("v1");
    return () => h("p");
  },
});
const Other = defineComponent({ render: () => h("i") });
const House = defineComponent({
  props: { isInFront: { type: Boolean, required: true } },
  setup: (props) => () => h(KeepAlive, () => h(props.isInFront ? Page : Other)),
});

test("arrivals are no reason to look at somebody whose page lies behind another", async () => {
  port.mockImplementation(async (name) =>
    name === "visit_leave" ? { value: null, touched: ["visit"] } : { value: { rows: [], next: null }, touched: [] },
  );
  const arrive = async () => {
    await call("visit_leave", { visit_id: "1" });
    await flushPromises();
  };
  const house = mount(House, {
    props: { isInFront: true },
    global: { plugins: [[VueQueryPlugin, { queryClient: queries }]] },
  });
  await flushPromises();
  expect(looks()).toBe(1);
  await house.setProps({ isInFront: false });
  await arrive();
  await arrive();
  expect(looks()).toBe(1);
  await house.setProps({ isInFront: true });
  await flushPromises();
  expect(looks()).toBe(2);
});
