import { expect, test } from "vitest";
import {
  dayOfParts,
  faultOfDay,
  faultOfWeek,
  isSameEveryDay,
  roundTheClock,
  sameEveryDay,
  toRules,
  toTime,
  toWeek,
  withFurtherPart,
} from "./openingHours";

const part = (opens: string, closes: string, attended = true) => ({ opens, closes, attended });

test("a week survives its stored form", () => {
  const week = sameEveryDay(dayOfParts());
  week[6] = [];
  expect(toRules(week)).toHaveLength(6);
  expect(toWeek(toRules(week))).toEqual(week);
  expect(isSameEveryDay(week)).toBe(false);
});

test.each([
  ["8", "08:00"],
  ["830", "08:30"],
  ["8:30", "08:30"],
  ["8：30", "08:30"],
  ["noon", "noon"],
])("%s is read as %s", (typed, time) => expect(toTime(typed)).toBe(time));

test.each([
  ["time", [part("8h", "20:00")]],
  ["time", [part("08:00", "25:00")]],
  [null, [part("20:00", "08:00")]],
  ["overlap", [part("14:00", "20:00"), part("08:00", "15:00")]],
  [null, [part("08:00", "14:00"), part("14:00", "24:00")]],
  [null, []],
])("a day's fault is %s", (fault, parts) => expect(faultOfDay(parts)).toBe(fault));

test("a station that never opens is a mistake", () => expect(faultOfWeek(sameEveryDay([]))).toBe("empty"));

test("a night that runs into the next morning is fine, over the next opening it is not", () => {
  expect(faultOfWeek(sameEveryDay([part("08:00", "22:00"), part("22:00", "08:00", false)]))).toBeNull();
  expect(faultOfWeek(sameEveryDay([part("08:00", "22:00"), part("22:00", "09:00", false)]))).toBe("overlap");
});

test("round the clock means the hours nobody attends are unattended", () =>
  expect(roundTheClock(dayOfParts("08:00", "22:00"))).toEqual([
    part("00:00", "08:00", false),
    part("08:00", "22:00"),
    part("22:00", "24:00", false),
  ]));

test("a full day takes no further part", () => {
  expect(withFurtherPart([part("00:00", "24:00")])).toHaveLength(1);
  expect(withFurtherPart(dayOfParts())).toHaveLength(2);
});
