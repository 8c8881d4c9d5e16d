import { expect, test } from "vitest";
import { checkChar, groupsOf, stateOf, toGroup } from "./recoveryGroups";

test("a group with its check character is good, with another it is wrong", () => {
  const goods = [..."0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"].filter((char) => stateOf(`K7Q2${char}`) === "good");
  expect(goods).toHaveLength(1);
  expect(stateOf(`7KQ2${goods[0]}`)).toBe("wrong");
});

test("the check character is the published one", () => expect(checkChar("A12425GABC1234002")).toBe("M"));

test.each([
  [" k7q2 ", "K7Q2"],
  ["ｋ７ｑ２－", "K7Q2"],
])("%s is read as %s", (typed, group) => expect(toGroup(typed)).toBe(group));

test("a pasted key fills all groups, a part of one fills none", () => {
  expect(groupsOf("AAAA1 AAAA2-AAAA3\nAAAA4 AAAA5 AAAA6 AAAA7 AAAA8")).toHaveLength(8);
  expect(groupsOf("AAAA1")).toBeNull();
});
