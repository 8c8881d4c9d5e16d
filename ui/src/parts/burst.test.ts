import { expect, test } from "vitest";
import { BurstDetector } from "./burst";

function feed(detector: BurstDetector, text: string, from: number, gap: number): number {
  const codes = [...text].map((c) => (/\d/.test(c) ? `Digit${c}` : `Key${c}`));
  codes.forEach((code, i) => detector.press({ code, at: from + i * gap }));
  return from + text.length * gap;
}
function type(text: string, gap: number): string | null {
  const detector = new BurstDetector();
  const at = feed(detector, text, 0, gap);
  return detector.press({ code: "Enter", at });
}

test("a scanner's burst is a scan", () => expect(type("K7Q2M4X9A", 20)).toBe("K7Q2M4X9A"));
test("fingers are not a scan", () => expect(type("K7Q2M4X9A", 120)).toBeNull());
test("four digits and Enter are never a scan", () => expect(type("6021", 20)).toBeNull());
test("what fingers typed just before a scan is no part of it", () => {
  const detector = new BurstDetector();
  const typed = feed(detector, "WSF", 0, 150);
  const at = feed(detector, "K7Q2M4X9A", typed + 200, 15);
  expect(detector.press({ code: "Enter", at })).toBe("K7Q2M4X9A");
});
test("an Enter that comes late ends nothing", () => {
  const detector = new BurstDetector();
  const at = feed(detector, "K7Q2M4X9A", 0, 20);
  expect(detector.press({ code: "Enter", at: at + 3_000 })).toBeNull();
});
