import { expect, test } from "vitest";
import { speak } from "./index";
import { sentenceOf } from "./failure";

test("an unknown code still gets a sentence", () => {
  speak("en");
  expect(sentenceOf({ code: "new_in_2030", params: {} })).toContain("Please try again");
});

test("a field is named in the user's words", () => {
  speak("en");
  expect(sentenceOf({ code: "invalid_field", params: { field: "phone" } })).toBe('Please check "Phone".');
});
