import { expect, test } from "vitest";
import { draftOf, isWorthAsking } from "./useLookalikes";

const draft = (change: object) => draftOf({ alias: "", platform: "", name: "", phone: "", ...change });

test.each([
  [{ alias: "王" }, false],
  [{ alias: "王师傅" }, true],
  [{ phone: "138" }, false],
  [{ phone: "138-0" }, true],
  [{ name: "王·买买提" }, true],
])("%o is worth asking: %s", (typed, worth) => expect(isWorthAsking(draft(typed))).toBe(worth));

test("an empty field is nothing", () =>
  expect(draft({ alias: "王师傅", phone: " " })).toEqual({
    visitor_id: null,
    alias: "王师傅",
    platform: null,
    name: null,
    phone: null,
  }));
