import { expect, test } from "vitest";
import { isWhole, spelled, toAddress, toCode, toHubRequest } from "./hubForm";

test.each([
  ["hub.example.cn", "https://hub.example.cn"],
  [" ｈｕｂ.example.cn:8750/ ", "https://hub.example.cn:8750"],
  ["http://10.0.0.2:8750//", "http://10.0.0.2:8750"],
  ["", ""],
])("%s is the address %s", (typed, address) => expect(toAddress(typed)).toBe(address));

test.each([
  ["abcde-fgh01", "ABCDEFGH01"],
  ["ＡＢＣＤＥ ｆｇｈ０１", "ABCDEFGH01"],
])("%s is the code %s", (typed, code) => expect(toCode(typed)).toBe(code));

test("a form is whole with an address, ten signs and a name", () => {
  const form = { address: "hub.example", code: "abcde fgh01", device_name: " 前台电脑 " };
  expect(isWhole(form)).toBe(true);
  for (const lack of [{ address: " " }, { code: "abcde" }, { device_name: " " }])
    expect(isWhole({ ...form, ...lack })).toBe(false);
  expect(toHubRequest(form)).toEqual({ address: "https://hub.example", code: "ABCDEFGH01", device_name: "前台电脑" });
});

test("a code is shown in two groups", () => expect(spelled("ABCDEFGH01")).toEqual(["ABCDE", "FGH01"]));
