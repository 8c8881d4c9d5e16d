// What a tray says, with the port to the program replaced: nothing stored may be shown as it lies in the file.
import { QueryClient, VueQueryPlugin } from "@tanstack/vue-query";
import { mount } from "@vue/test-utils";
import { beforeEach, expect, test, vi } from "vitest";
import { defineComponent, h } from "vue";
import { i18n, speak } from "../../text";
import { useWords } from "./useWords";

vi.mock("../../api/host", () => ({
  ask: vi.fn(async () => ({ value: { visitor_types: [], platforms: [] }, touched: [] })),
}));
let words: ReturnType<typeof useWords>;

beforeEach(() => {
  const screen = defineComponent(() => {
    words = useWords();
    return () => h("main");
  });
  mount(screen, { global: { plugins: [i18n, [VueQueryPlugin, { queryClient: new QueryClient() }]] } });
});

test.each([
  ["visitor_type", "01", "外卖骑手", "Food rider"],
  ["platform", "p01", "美团", "Meituan"],
  ["role", "manager", "站长", "Manager"],
  ["expires_on", "2026-03-16", "2026年3月16日", "March 16, 2026"],
  ["is_retired", "1", "停用", "No longer offered"],
  ["is_sensitive", "1", "敏感", "Sensitive"],
  ["is_alive", "0", "已删除", "Removed"],
  ["phone", null, "没有填", "Nothing filled in"],
  ["work_area", "北门", "北门", "北门"],
] as const)("%s %s reads %s and %s", (field, text, zh, en) => {
  speak("zh-CN");
  expect(words.valueWord(field, text)).toBe(zh);
  speak("en");
  expect(words.valueWord(field, text)).toBe(en);
});

test("opening hours read day by day", () => {
  speak("zh-CN");
  const rules = JSON.stringify([{ weekday: 1, opens: "08:00", closes: "20:00", attended: true }]);
  expect(words.valueWord("opening_rules", rules).split("\n").slice(0, 2)).toEqual([
    "周一 08:00–20:00",
    "周二 这天不开放",
  ]);
  expect(words.valueWord("opening_rules", "not JSON")).toBe("not JSON");
});

test("record and field are named in words, and an unknown kind still gets some", () => {
  speak("zh-CN");
  const row = { id: "1", kind: "visitor", label: "王师傅", field: "phone", values: [] };
  expect(words.titleOf(row)).toBe("服务对象“王师傅”的电话");
  expect(words.titleOf({ ...row, kind: "expiry", label: "", field: "expires_on" })).toBe("快过期的东西：到期日");
  expect(words.kindWord("new_in_2030")).toBe("其他内容");
});
