import { enableAutoUnmount, mount } from "@vue/test-utils";
import { afterEach, expect, test } from "vitest";
import { defineComponent, h } from "vue";
import { useScanner } from "./useScanner";

enableAutoUnmount(afterEach);
const CODE = "K7Q2M4X9A";

/** A scanner types into whatever has the focus: key by key, and an input method may make something else of it. */
function scanInto(field: HTMLInputElement, gap: number, letters = CODE): KeyboardEvent {
  field.focus();
  let at = 1_000;
  const press = (code: string) => {
    const event = new KeyboardEvent("keydown", { code, bubbles: true, cancelable: true });
    Object.defineProperty(event, "timeStamp", { value: (at += gap) });
    field.dispatchEvent(event);
    return event;
  };
  for (const char of CODE) press(/\d/.test(char) ? `Digit${char}` : `Key${char}`);
  field.value += letters;
  return press("Enter");
}

function page(takes: boolean) {
  const heard: string[] = [];
  const screen = defineComponent(() => {
    useScanner((code) => (heard.push(code), takes));
    return () => h("input", { value: "typed before" });
  });
  const field = mount(screen, { attachTo: document.body }).find("input").element;
  return { heard, field };
}

test("a card is heard in any field and leaves it as it was", () => {
  const { heard, field } = page(true);
  const enter = scanInto(field, 15);
  expect(heard).toEqual([CODE]);
  expect(field.value).toBe("typed before");
  expect(enter.defaultPrevented).toBe(true);
});

test("an input method does not disturb it", () => {
  const { heard, field } = page(true);
  scanInto(field, 15, "\u561b");
  expect([heard, field.value]).toEqual([[CODE], "typed before"]);
});

test("a code that is not ours stays where it was typed", () => {
  const { field } = page(false);
  const enter = scanInto(field, 15);
  expect(field.value).toBe(`typed before${CODE}`);
  expect(enter.defaultPrevented).toBe(false);
});

test("fingers are left alone", () => {
  const { heard, field } = page(true);
  scanInto(field, 130);
  expect([heard, field.value]).toEqual([[], `typed before${CODE}`]);
});
