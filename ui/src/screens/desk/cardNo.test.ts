import { expect, test } from "vitest";
import { isCardNo, looksLikeCard } from "./cardNo";

// The same numbers as in `crates/domain/src/check.rs`: one rule, two languages.
const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const whole = [...ALPHABET].map((last) => `K7Q2M4X9${last}`).filter(isCardNo);

test("one check character of thirty-six is right", () => expect(whole).toHaveLength(1));
test("a misread character is noticed", () => {
  const [good] = whole;
  for (let at = 1; at < 9; at += 1)
    for (const other of ALPHABET)
      if (other !== good![at]) expect(isCardNo(good!.slice(0, at) + other + good!.slice(at + 1))).toBe(false);
});
test("a phone number and a PIN are no cards", () =>
  expect(["13800006021", "602114", "wsf", ""].some(looksLikeCard)).toBe(false));
