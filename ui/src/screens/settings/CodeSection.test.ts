// What the manager says of a new entry, with the port to the program replaced.
import { QueryClient, VueQueryPlugin } from "@tanstack/vue-query";
import { flushPromises, mount } from "@vue/test-utils";
import { beforeEach, expect, test, vi } from "vitest";
import { ask } from "../../api/host";
import { i18n, speak } from "../../text";
import CodeSection from "./CodeSection.vue";

vi.mock("../../api/host", () => ({ ask: vi.fn() }));
const port = vi.mocked(ask);
const own = { code: "V12", label: "戒烟咨询", dimension: "added", is_sensitive: true, retired: false };
const lists = { visitor_types: [], platforms: [], service_items: [own], ticket_categories: [] };
const asked = () => port.mock.calls.filter(([name]) => name === "code_put").map(([, request]) => request);
let page: ReturnType<typeof mount>;
const find = (test: string) => page.get(`[data-test="${test}"]`);
const press = (test: string) => find(test).trigger("click").then(flushPromises);
const add = async (label: string) => {
  await find("code-new").setValue(label);
  await page.get("form").trigger("submit");
  await flushPromises();
};
const tick = () => find("code-sensitive").get("input").setValue(true);

beforeEach(async () => {
  speak("zh-CN");
  port.mockReset();
  port.mockImplementation(async (name) => ({ value: name === "code_lists" ? lists : { code: "V13" }, touched: [] }));
  page = mount(CodeSection, { global: { plugins: [i18n, [VueQueryPlugin, { queryClient: new QueryClient() }]] } });
  await flushPromises();
});

test("an item is sensitive when that is said of it, and of it alone", async () => {
  await press("codes-service_item");
  await tick();
  await add("心理热线");
  await add("理发");
  expect(asked()).toMatchObject([
    { code: null, label: "心理热线", dimension: "basic", is_sensitive: true },
    { code: null, label: "理发", is_sensitive: false },
  ]);
});

test("no entry of another list is sensitive, whatever was ticked for an item", async () => {
  await press("codes-service_item");
  await tick();
  await press("codes-platform");
  expect(page.find('[data-test="code-sensitive"]').exists()).toBe(false);
  await add("同城");
  expect(asked()).toMatchObject([{ list: "platform", dimension: null, is_sensitive: false }]);
});

test.each(["zh-CN", "en"] as const)("in %s every word of an item is one", async (language) => {
  speak(language);
  await press("codes-service_item");
  expect(page.text()).not.toMatch(/desk\.|codes\./);
});

test("a sensitive item stays so when it is retired", async () => {
  await press("codes-service_item");
  expect(find("code-V12").text()).toContain("敏感");
  await press("code-retire-V12");
  expect(asked()).toMatchObject([{ code: "V12", is_retired: true, is_sensitive: true }]);
});
