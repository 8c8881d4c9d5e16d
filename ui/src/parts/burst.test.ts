import { expect, test } from "vitest";
import { BurstDetector } from "./burst";

function type(text: string, gap: number): string | null {
  const detector = new BurstDetector();
  [...text].forEach((c, i) => detector.press({ code: /\d/.test(c) ? `Digit${c}` : `Key${c}`, at: i * gap }));
  return detector.press({ code: "Enter", at: text.length * gap });
}

test("a scanner's burst is a scan", () => expect(type("K7Q2M4X9A", 20)).toBe("K7Q2M4X9A"));
test("fingers are not a scan", () => expect(type("K7Q2M4X9A", 120)).toBeNull());
test("four digits and Enter are never a scan", () => expect(type("6021", 20)).toBeNull());
