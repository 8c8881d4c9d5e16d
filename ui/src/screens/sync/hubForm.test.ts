import { expect, test } from "vitest";
import { isInvitationText, isWhole, spelled, toAddress, toCode, toHubRequest } from "./hubForm";

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

test("what was scanned needs neither the address nor a code beside it", () => {
  const text = "FX1 AB12C3D4E5 000102030405060708090A0B0C0D0E0F https://hub.example:8443";
  const form = { address: "", code: ` ${text} `, device_name: "前台电脑" };
  expect(isWhole(form)).toBe(true);
  expect(isWhole({ ...form, device_name: "" })).toBe(false);
  expect(toHubRequest(form)).toEqual({ address: "", code: text, device_name: "前台电脑" });
  expect(isInvitationText("FX1 AB12C3D4E5 https://hub.example")).toBe(false);
});
